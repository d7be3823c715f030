// connectors/tencent_passive.hpp
// The webhook's own answer as the reply, in XML: one message at most, and none that needs an
// upload, a menu or a template.
//
// Threads  pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/connector.hpp"
#include "connectors/tencent_plan.hpp"

namespace parley::connectors::tencent {

inline constexpr std::size_t kNonceBytesMin = 16;

// <xml> with the item in it; nullopt: this kind has no passive form.
std::optional<std::string> passive_document(const Item& item, const SendContext& context,
                                            std::string_view account);

// A document sealed and signed.
struct Sealed {
  std::string encrypt, signature, time, nonce;
};
// nullopt if the key or the nonce is no good.
std::optional<Sealed> seal_reply(const SendContext& context, std::string_view document,
                                 std::string_view receiver, std::string_view nonce);

Reply xml_reply(std::string document);
Reply xml_reply(const Sealed& sealed);

std::string seconds_of(TimePoint time);

}  // namespace parley::connectors::tencent
