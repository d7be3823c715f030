#include "connectors/piece_row.hpp"

#include <algorithm>

namespace parley::connectors {
namespace {

constexpr std::size_t kStepDataBytesMax = 4096;
constexpr std::size_t kHandleBytesMax = 2048;
constexpr std::size_t kIdBytesMax = 256;

bool one_line(std::string_view text, std::size_t bytes_max) {
  return text.size() <= bytes_max && text.find('\n') == std::string_view::npos;
}

// What later steps need, one a line: "handle ..." and "sent ...".
struct Memory {
  std::string handle;
  std::vector<std::string> ids;

  static Memory read(std::string_view text) {
    Memory memory;
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      const auto line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.starts_with("handle ")) memory.handle = line.substr(7);
      if (line.starts_with("sent ")) memory.ids.emplace_back(line.substr(5));
    }
    return memory;
  }

  std::string text() const {
    std::string out;
    if (!handle.empty()) out += "handle " + handle + "\n";
    for (const auto& id : ids) {
      if (out.size() + id.size() + 6 > kStepDataBytesMax) break;
      out += "sent " + id + "\n";
    }
    return out;
  }
};

class Row {
 public:
  Row(const SendContext& context, Pieces pieces, const PieceCalls& calls)
      : pieces_(std::move(pieces)), calls_(calls), memory_(Memory::read(context.send.step_data)) {}

  // Odd steps upload, even ones show; step 0 is the first of the row.
  SendStep at(int step) {
    if (pieces_.list.empty()) {
      return Error{.code = Errc::rejected, .detail = "nothing this channel can show"};
    }
    const auto index = static_cast<std::size_t>(std::max(step - 1, 0)) / 2;
    if (index >= pieces_.list.size()) {
      return Sent{.external_ids = std::move(memory_.ids), .degraded = std::move(pieces_.degraded)};
    }
    const Piece& piece = pieces_.list[index];
    const bool uploaded = step > 0 && step % 2 == 0 && !memory_.handle.empty();
    if (!uploaded) {
      if (auto call = calls_.upload(piece)) {
        return numbered(*std::move(call), 2 * static_cast<int>(index) + 1);
      }
    }
    auto shown = calls_.show(piece, index, memory_.handle);
    if (auto* call = std::get_if<HttpCall>(&shown)) {
      return numbered(std::move(*call), 2 * static_cast<int>(index) + 2);
    }
    if (auto* error = std::get_if<Error>(&shown)) return std::move(*error);
    // A token asked for here would have the step before asked again: that one is done.
    if (index > 0) {
      return Error{.code = Errc::rejected, .detail = "the access token went missing on the way"};
    }
    return std::get<RefreshToken>(std::move(shown));
  }

  SendStep after(int step, const HttpAnswer& answer) {
    const bool upload = step % 2 == 1;
    if (step < 1 || static_cast<std::size_t>(step - 1) / 2 >= pieces_.list.size()) {
      return Error{.code = Errc::rejected, .detail = "no such step in this send"};
    }
    auto read = upload ? calls_.read_upload(answer) : calls_.read_show(answer);
    if (auto* error = std::get_if<Error>(&read)) return std::move(*error);
    if (auto* refresh = std::get_if<RefreshToken>(&read)) return std::move(*refresh);
    auto& got = std::get<std::string>(read);
    if (upload) {
      if (got.empty() || !one_line(got, kHandleBytesMax)) {
        return Error{.code = Errc::unavailable, .detail = "the upload's answer names no medium"};
      }
      memory_.handle = std::move(got);
    } else {
      memory_.handle.clear();
      if (!got.empty() && one_line(got, kIdBytesMax)) memory_.ids.push_back(std::move(got));
    }
    return at(step + 1);
  }

 private:
  SendStep numbered(HttpCall call, int step) const {
    call.step = step;
    call.step_data = memory_.text();
    return call;
  }

  Pieces pieces_;
  const PieceCalls& calls_;
  Memory memory_;
};

}  // namespace

SendStep start_row(const SendContext& context, Pieces pieces, const PieceCalls& calls) {
  return Row(context, std::move(pieces), calls).at(context.send.step);
}

SendStep resume_row(const SendContext& context, Pieces pieces, const PieceCalls& calls, int step,
                    const HttpAnswer& answer) {
  return Row(context, std::move(pieces), calls).after(step, answer);
}

}  // namespace parley::connectors
