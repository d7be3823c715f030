// routing/receipts.hpp
// How far our sends have come, as the platform tells us: only ever upwards.
#pragma once

#include "routing/draft.hpp"

namespace parley::routing {

void remember_sent(Draft& draft, SentRef ref);
// The customer read up to a message, or everything. False: that is no news.
bool mark_read(Draft& draft, const CustomerSignals& signal);

Event& put_delivery(Draft& draft, std::uint64_t message_seq, std::uint64_t send_seq,
                    DeliveryStatus status, std::string external_id);

}  // namespace parley::routing
