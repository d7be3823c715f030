#include "connectors/messenger/stand_in.hpp"

#include "connectors/graph_stand_in.hpp"

namespace parley::connectors::messenger {

std::unique_ptr<StandIn> make_stand_in() {
  return graph::make_inbox_stand_in({.platform = "messenger",
                                     .object = "page",
                                     .account_setting = "page_id",
                                     .first_user = 4'200'000'000'000'000,
                                     .text_bytes_max = 2000,
                                     .says_delivered = true});
}

}  // namespace parley::connectors::messenger
