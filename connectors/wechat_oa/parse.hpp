// connectors/wechat_oa/parse.hpp
// Pushed XML in, events out.
#pragma once

#include "connectors/connector.hpp"
#include "connectors/xml.hpp"

namespace parley::connectors::wechat_oa {

Parsed parse_push(const XmlElement& document, const Channel& channel);

}  // namespace parley::connectors::wechat_oa
