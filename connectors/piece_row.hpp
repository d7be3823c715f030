// connectors/piece_row.hpp
// Sends pieces one after the other: for each an upload where the platform wants one, then the call
// that shows it. The platform says what the calls are and what its answers mean.
//
// Restart  a step's number is its place in the row; the uploaded medium's handle and the ids of
//          what went out ride in step_data.
// Errors   rejected when there is nothing to send or no such step.
// Threads  any.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "connectors/connector.hpp"
#include "connectors/pieces.hpp"

namespace parley::connectors {

class PieceCalls {
 public:
  // What an answer gives: a handle or a message id ("" where the platform names none), or why not.
  using Read = std::variant<std::string, Error, RefreshToken>;

  virtual ~PieceCalls() = default;

  // The call that makes the platform hold this piece's medium; nullopt: none is needed.
  virtual std::optional<HttpCall> upload(const Piece&) const { return std::nullopt; }
  virtual Read read_upload(const HttpAnswer&) const { return std::string(); }

  // The call that shows the piece. `index` counts from 0; `handle` is what the upload gave, or "".
  // RefreshToken only for the first piece, when it cannot go without a token and has none.
  virtual std::variant<HttpCall, Error, RefreshToken> show(const Piece&, std::size_t index,
                                                           const std::string& handle) const = 0;
  virtual Read read_show(const HttpAnswer&) const = 0;
};

SendStep start_row(const SendContext& context, Pieces pieces, const PieceCalls& calls);
SendStep resume_row(const SendContext& context, Pieces pieces, const PieceCalls& calls, int step,
                    const HttpAnswer& answer);

}  // namespace parley::connectors
