#include "tests/storage/canaries.hpp"

#include <filesystem>
#include <fstream>

#include "conversation/erasure.hpp"
#include "tests/storage/support.hpp"

namespace parley::storage {

namespace fs = std::filesystem;

std::vector<std::string> Canaries::found_in(const std::string& directory) const {
  std::vector<std::string> out;
  for (const auto& file : fs::recursive_directory_iterator(directory)) {
    if (!file.is_regular_file()) continue;
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    for (const auto& [word, where] : places_) {
      if (bytes.find(word) != bytes.npos) {
        out.push_back(where + " in " + file.path().filename().string());
      }
    }
  }
  return out;
}

namespace {

Event message_event(const PersonId& who, std::uint64_t seq, Canaries& canaries) {
  Event event;
  event.seq = seq;
  event.id = {place_id("evt", who, seq)};
  event.tenant = kDemo;
  event.person = who;
  event.received_at = event.occurred_at = kStart;
  event.identity = Identity{.key = {"web", "visitor", canaries.next("identity")},
                            .union_id = canaries.next("union id"),
                            .display_name = canaries.next("display name"),
                            .avatar_url = "https://x.example/" + canaries.next("avatar")};
  Message& message = event.message.emplace();
  message.id = {place_id("msg", who, seq)};
  message.author.display_name = canaries.next("author");
  message.external_id = canaries.next("external id");
  message.content.push_back(Text{.text = canaries.next("text")});
  message.fallback_text = canaries.next("fallback text");
  message.channel_data = R"({"raw":")" + canaries.next("channel data") + "\"}";
  message.attributes["a"] = canaries.next("attribute");
  event.note = canaries.next("note");
  return event;
}

}  // namespace

void live(Store& store, const PersonId& who, Canaries& canaries) {
  for (std::uint64_t seq = 1; seq <= kTurns; ++seq) {
    auto event = message_event(who, seq, canaries);
    const auto key = event.message->external_id;
    if (seq == 1) event.message->content.push_back(Media{.media_id = kMedia});
    if (seq == 2) {
      event.message->direction = Direction::outbound;
      event.message->content.push_back(Media{.media_id = kShared});
    }
    State state;
    state.tenant = kDemo;
    state.person = who;
    state.last_seq = seq;
    state.display_name = canaries.next("state's name");
    state.attributes["tier"] = canaries.next("profile attribute");
    Commit commit{.tenant = kDemo,
                  .person = who,
                  .expected_seq = seq - 1,
                  .last_seq = seq,
                  .at = kStart + Milliseconds{static_cast<std::int64_t>(seq)},
                  .dedup = {{{"web"}, "m:" + key}},
                  .events = {to_stored(event)},
                  .state = to_stored(state),
                  .rows = {}};
    const auto put = [&](RowKind kind, std::string id, const std::string& where) {
      commit.rows.push_back({.kind = kind, .id = std::move(id), .body = canaries.next(where)});
    };
    put(RowKind::send, place_id("snd", who, seq), "send");
    put(RowKind::dead_letter, place_id("snd", who, seq), "dead letter");
    put(RowKind::bot_call, place_id("bot", who, seq), "bot call");
    put(RowKind::decision, place_id("dec", who, seq), "decision's terms");
    put(RowKind::correction, place_id("dec", who, seq), "what a turn meant");
    put(RowKind::queue_entry, who.value, "queue entry");
    put(RowKind::assignment, who.value, "assignment");
    if (seq > 2) {  // finished and gone long ago, but for the files
      commit.rows.push_back(
          {.kind = RowKind::send, .id = place_id("snd", who, seq - 2), .erase = true});
    }
    if (seq % 3 == 1) {
      commit.rows.push_back({.kind = RowKind::queue_entry, .id = who.value, .erase = true});
    }
    commit.rows.push_back({.kind = RowKind::relay,
                           .id = place_id("rel", who, seq),
                           .body = canaries.next("relay") + who.value});
    commit.rows.push_back({.kind = RowKind::idempotency,
                           .id = "key:" + std::to_string(seq) + who.value,
                           .body = canaries.next("saved answer") + place_id("msg", who, seq)});
    commit.rows.push_back(
        {.kind = RowKind::sent_index, .id = "3:web" + canaries.next("sent id"), .body = who.value});
    const auto user = canaries.next("tenant's user id");
    commit.rows.push_back({.kind = RowKind::user_index, .id = user, .body = who.value});
    commit.rows.push_back(
        {.kind = RowKind::profile, .id = user, .body = canaries.next("profile told before")});
    commit.rows.push_back({.kind = RowKind::asked,
                           .id = "asked" + std::to_string(seq) + who.value.substr(4, 4),
                           .body = canaries.next("asked in vain") + who.value});
    commit.rows.push_back({.kind = RowKind::bot_session,
                           .id = "assistant/" + who.value,
                           .body = canaries.next("the bot's own id")});
    commit.rows.push_back({.kind = RowKind::episode,
                           .id = "1760000000" + std::to_string(seq) + who.value.substr(4, 8),
                           .body = canaries.next("case that ended") + who.value});
    commit.rows.push_back({.kind = RowKind::trial,
                           .id = "trial" + std::to_string(seq) + who.value.substr(4, 4),
                           .body = canaries.next("trial of a rule") + who.value});
    commit.rows.push_back({.kind = RowKind::identity,
                           .id = "3:web:7:visitor:" + canaries.next("linked identity"),
                           .body = who.value});
    commit.rows.push_back({.kind = RowKind::audit, .body = "anna saw " + who.value});
    ASSERT_OK(commit_now(store, std::move(commit)));
  }
  ASSERT_OK(store.put_media_blocking(kDemo, {kMedia}, canaries.next("media bytes")));
  ASSERT_OK(store.put_media_blocking(kDemo, {kShared}, "a campaign's picture"));
  ASSERT_OK(commit_now(
      store,
      rows_only(kDemo,
                {{.kind = RowKind::media, .id = kMedia, .body = canaries.next("media name")}})));
}

Store::Erasure forget(Store& store, const PersonId& who, std::uint64_t seq) {
  State state;
  state.tenant = kDemo;
  state.person = who;
  state.last_seq = seq + 1;
  set_erased_through(state, seq + 1);
  Event event = erased_event(kDemo, who, seq + 1);
  event.type = EventType::person_erased;
  Commit commit{.tenant = kDemo,
                .person = who,
                .expected_seq = seq,
                .last_seq = seq + 1,
                .at = kStart + Milliseconds{5'000},
                .events = {to_stored(event)},
                .state = to_stored(state)};
  const auto relay = place_id("era", who, seq + 1);
  commit.rows.push_back({.kind = RowKind::queue_entry, .id = who.value, .erase = true});
  commit.rows.push_back({.kind = RowKind::assignment, .id = who.value, .erase = true});
  commit.rows.push_back({.kind = RowKind::relay, .id = relay, .body = "erase " + who.value});
  EXPECT_TRUE(commit_now(store, std::move(commit)).has_value());
  return {.person = who, .through = seq + 1, .relay = relay};
}

}  // namespace parley::storage
