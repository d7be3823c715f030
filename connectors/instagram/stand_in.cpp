#include "connectors/instagram/stand_in.hpp"

#include "connectors/graph_stand_in.hpp"

namespace parley::connectors::instagram {

std::unique_ptr<StandIn> make_stand_in() {
  return graph::make_inbox_stand_in({.platform = "instagram",
                                     .object = "instagram",
                                     .account_setting = "ig_account_id",
                                     .first_user = 1'700'000'000'000'000,
                                     .text_bytes_max = 1000});
}

}  // namespace parley::connectors::instagram
