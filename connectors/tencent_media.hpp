// connectors/tencent_media.hpp
// Media a customer sent, as Tencent's platforms keep them: temporary, three days.
//
// Images and sound come as bytes; of a video a platform may tell the address only. An error is JSON
// with status 200.
#pragma once

#include <memory>

#include "connectors/connector.hpp"
#include "connectors/tencent_api.hpp"

namespace parley::connectors::tencent {

// `api` must outlive it.
std::unique_ptr<MediaSource> make_media_source(const Api& api);

}  // namespace parley::connectors::tencent
