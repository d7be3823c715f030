#include "connectors/slack/slack_send.hpp"

#include "base/json_writer.hpp"
#include "connectors/http_status.hpp"
#include "connectors/sent_ids.hpp"
#include "connectors/slack/slack_api.hpp"
#include "connectors/slack/slack_plan.hpp"

namespace parley::connectors::slack {
namespace {

enum class Phase : std::uint8_t { first, put, share };  // a post has only the first
constexpr int kPhases = 3;

// A step is item * 3 + phase. What rides along: "<file id> <upload address>\n<ids so far>".
struct Progress {
  std::size_t item = 0;
  Phase phase = Phase::first;
  std::string file_id, upload_url;
  SentIds ids;

  static Progress read(int step, const std::string& data) {
    const int number = std::max(step, 0);
    Progress out;
    out.item = static_cast<std::size_t>(number / kPhases);
    out.phase = static_cast<Phase>(number % kPhases);
    const auto line = data.find('\n');
    if (line == std::string::npos) {
      out.ids.text = data;
      return out;
    }
    const auto space = data.find(' ');
    out.file_id = data.substr(0, std::min(space, line));
    if (space < line) out.upload_url = data.substr(space + 1, line - space - 1);
    out.ids.text = data.substr(line + 1);
    return out;
  }
  int step() const { return static_cast<int>(item) * kPhases + static_cast<int>(phase); }
  std::string data() const {
    if (file_id.empty()) return ids.text;
    return file_id + " " + upload_url + "\n" + ids.text;
  }
};

Error no_step() { return Error{.code = Errc::rejected, .detail = "no such step in this send"}; }

HttpCall share_call(const SendContext& context, const Item& item, const Progress& progress) {
  const Place place = place_of(context.send.recipient);
  JsonWriter files;
  files.begin_array().begin_object().member("id", progress.file_id).member("title", item.title);
  files.end_object().end_array();
  // A user (not their direct messages' channel) is named in another field.
  const bool user = place.channel.starts_with('U') || place.channel.starts_with('W');
  std::vector<std::pair<std::string, std::string>> fields = {
      {"files", files.take()}, {user ? "channels" : "channel_id", place.channel}};
  if (!place.thread.empty()) fields.emplace_back("thread_ts", place.thread);
  return form_call(context.channel, "files.completeUploadExternal", fields);
}

SendStep ask(const SendContext& context, Plan& plan, const Progress& progress) {
  if (progress.item >= plan.items.size()) {
    return Sent{.external_ids = progress.ids.list(), .degraded = std::move(plan.degraded)};
  }
  const Item& item = plan.items[progress.item];
  HttpCall call;
  if (!item.upload) {
    if (progress.phase != Phase::first) return no_step();
    call = json_call(context.channel, "chat.postMessage", item.post);
  } else if (progress.phase == Phase::first) {
    call = form_call(
        context.channel, "files.getUploadURLExternal",
        {{"filename", item.upload->file_name}, {"length", std::to_string(item.upload_bytes)}});
  } else if (progress.phase == Phase::put) {
    if (!is_slack_url(context.channel, progress.upload_url)) {
      return Error{.code = Errc::rejected, .detail = "the upload address is not Slack's"};
    }
    call.url = progress.upload_url;  // it holds its own right; our token does not go there
    call.upload = item.upload;
  } else {
    call = share_call(context, item, progress);
  }
  call.step = progress.step();
  call.step_data = progress.data();
  return call;
}

}  // namespace

SendStep start_send(const SendContext& context) {
  Plan plan = plan_send(context.send);
  if (plan.items.empty()) {
    return Error{.code = Errc::rejected, .detail = "nothing this channel can show"};
  }
  return ask(context, plan, Progress::read(context.send.step, context.send.step_data));
}

SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer) {
  Plan plan = plan_send(context.send);
  Progress progress = Progress::read(step, context.send.step_data);
  if (step < 0 || progress.item >= plan.items.size()) return no_step();
  const Item& item = plan.items[progress.item];
  if (progress.phase == Phase::put) {
    // Plain HTTP, no API: nothing is shown yet, whatever became of it.
    if (auto error = error_from_status(answer)) {
      error->delivery = Delivery::not_sent;
      return *std::move(error);
    }
    if (answer.status / 100 != 2) {
      return Error{.code = Errc::rejected,
                   .detail = "the upload: HTTP " + std::to_string(answer.status),
                   .code_text = std::to_string(answer.status)};
    }
    progress.phase = Phase::share;
    return ask(context, plan, progress);
  }
  auto result = read_answer(answer);
  const bool asks_address = item.upload && progress.phase == Phase::first;
  if (!result) {
    if (asks_address) result.error().delivery = Delivery::not_sent;
    return std::move(result.error());
  }
  if (asks_address) {
    if (result->file_id.empty() || result->upload_url.empty()) {
      return Error{.code = Errc::rejected, .detail = "no upload address was given"};
    }
    progress.file_id = std::move(result->file_id);
    progress.upload_url = std::move(result->upload_url);
    progress.phase = Phase::put;
    return ask(context, plan, progress);
  }
  if (item.upload) {
    progress.ids.add(progress.file_id);
  } else {
    progress.ids.add(result->ts);
  }
  progress.file_id.clear();
  progress.upload_url.clear();
  ++progress.item;
  progress.phase = Phase::first;
  return ask(context, plan, progress);
}

}  // namespace parley::connectors::slack
