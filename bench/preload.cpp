#include "bench/preload.hpp"

#include <atomic>
#include <semaphore>
#include <stdexcept>

#include "conversation/codec.hpp"
#include "storage/store.hpp"

namespace parley::bench {

void preload(const std::string& path, std::uint64_t messages) {
  constexpr std::uint64_t kPerConversation = 100;
  const SystemClock clock;
  storage::Options options;
  options.path = path;
  auto store = storage::open_rocks_store(options, clock);
  if (!store) throw std::runtime_error(store.error().detail);
  std::counting_semaphore<4096> room(4096);
  std::atomic<std::uint64_t> failed{0};
  for (std::uint64_t c = 0; c * kPerConversation < messages; ++c) {
    const PersonId person = person_id_of({"bench"}, {"web", "visitor", std::to_string(c)});
    storage::Commit commit{.tenant = {"bench"}, .person = person, .at = clock.now()};
    Event event;
    event.tenant = {"bench"};
    event.person = person;
    event.received_at = clock.now();
    event.message.emplace();
    event.message->content.push_back(Text{.text = "How long does delivery to Chengdu take?"});
    event.message->fallback_text = "How long does delivery to Chengdu take?";
    for (std::uint64_t seq = 1; seq <= kPerConversation; ++seq) {
      event.seq = seq;
      event.id = {place_id("evt", person, seq)};
      event.message->id = {place_id("msg", person, seq)};
      commit.events.push_back(to_stored(event));
      commit.dedup.push_back({{"web"}, std::to_string(c) + ":" + std::to_string(seq)});
    }
    commit.last_seq = kPerConversation;
    State state;
    state.tenant = {"bench"};
    state.person = person;
    state.last_seq = kPerConversation;
    commit.state = to_stored(state);
    room.acquire();
    (*store)->commit(std::move(commit), [&](Result<storage::Committed> result) {
      if (!result) ++failed;
      room.release();
    });
  }
  for (int i = 0; i < 4096; ++i) room.acquire();
  (*store)->close();
  if (failed > 0) throw std::runtime_error("the store refused some of the preload");
}

}  // namespace parley::bench
