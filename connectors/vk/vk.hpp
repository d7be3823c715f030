// connectors/vk/vk.hpp
// Messages of a VK community: Callback API in, API out.
//
// Source   dev.vk.com: Callback API, messages.send, uploading files
// Auth     the secret key in the body's `secret`; the body is not signed
// Limits   text 4096 characters, 10 attachments a message, 40 buttons
// Errors   HTTP 200 with an error_code: 5, 27, 28 misconfigured; 6, 9, 29 throttled; 900 to 902
//          recipient_gone; 1, 10 unavailable; others rejected. random_id refuses repeats for an
//          hour
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_vk();

}  // namespace parley::connectors
