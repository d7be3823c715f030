// connectors/tencent_send.hpp
// A planned message as calls of an API, one item after the other.
//
// Step 2i+1 uploads the media of item i, step 2i+2 sends it; step 0 has asked nothing yet. What a
// later step needs of an earlier answer is kept in the step's data.
//
// Threads  pure functions.
#pragma once

#include <string_view>

#include "connectors/connector.hpp"
#include "connectors/tencent_api.hpp"
#include "connectors/tencent_plan.hpp"

namespace parley::connectors::tencent {

// What one platform knows of sending.
class SendApi {
 public:
  virtual ~SendApi() = default;
  virtual Plan plan(const SendContext& context) const = 0;
  virtual const Api& api() const = 0;
  // The call that sends item number `index`, or why it cannot go. Step and step data are ours.
  virtual std::variant<HttpCall, Error> call(const Item& item, std::size_t index,
                                             std::string_view media_id,
                                             const SendContext& context) const = 0;
  // What an answer without errcode still refuses.
  virtual std::optional<Error> objection(const ApiAnswer&, const SendContext&) const {
    return std::nullopt;
  }
};

SendStep start_send(const SendApi& api, const SendContext& context);
SendStep resume_send(const SendApi& api, const SendContext& context, int step,
                     const HttpAnswer& answer);

}  // namespace parley::connectors::tencent
