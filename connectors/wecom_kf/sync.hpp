// connectors/wecom_kf/sync.hpp
// kf/sync_msg: the call for one page, and its answer as events.
//
// What people of the company write in their own client (origin 5) is no customer's message and is
// left out; messages that went out by the API are not in the pages.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::wecom_kf {

HttpCall ask_page(const Channel& channel, const EventSource::Pull& pull);
EventSource::Read read_page(const Channel& channel, const EventSource::Pull& pull,
                            const HttpAnswer& answer);

}  // namespace parley::connectors::wecom_kf
