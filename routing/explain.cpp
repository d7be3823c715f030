// routing/explain.cpp
// A recorded decision as one sentence, and deciding it again.
#include <algorithm>
#include <charconv>
#include <optional>

#include "routing/decide.hpp"
#include "routing/rules.hpp"

namespace parley::routing {
namespace {

std::string score_text(double score) {
  char digits[32];
  const auto end =
      std::to_chars(digits, digits + sizeof digits, score, std::chars_format::fixed, 2);
  return {digits, end.ptr};
}

bool did(const Decision& d, std::string_view action) {
  return std::ranges::find(d.actions, action) != d.actions.end();
}

std::string outcome_en(const Decision& d) {
  switch (d.outcome.kind) {
    case HolderKind::none:
      if (did(d, "close")) return "was closed by a rule";
      return did(d, "reply") ? "was answered by a rule" : "went to nobody";
    case HolderKind::bot:
      return "went to bot " + d.outcome.id;
    case HolderKind::queue:
      return (d.inputs.holder == holder_text(d.outcome) ? "stayed in queue " : "went to queue ") +
             d.outcome.id + " with priority " + std::to_string(d.priority);
    case HolderKind::offered:
      return "stayed offered to agent " + d.outcome.id;
    case HolderKind::agent:
      return "stayed with agent " + d.outcome.id;
  }
  return {};
}

std::string outcome_zh(const Decision& d) {
  switch (d.outcome.kind) {
    case HolderKind::none:
      if (did(d, "close")) return "由规则结束会话";
      return did(d, "reply") ? "由规则直接回复" : "未分配给任何人";
    case HolderKind::bot:
      return "由机器人 " + d.outcome.id + " 回答";
    case HolderKind::queue:
      return (d.inputs.holder == holder_text(d.outcome) ? "仍在队列 " : "进入队列 ") +
             d.outcome.id + "（优先级 " + std::to_string(d.priority) + "）";
    case HolderKind::offered:
      return "仍在等待客服 " + d.outcome.id + " 接受";
    case HolderKind::agent:
      return "仍由客服 " + d.outcome.id + " 处理";
  }
  return {};
}

std::string reason_en(const Decision& d) {
  if (d.rule == "default") {
    return "no rule matched (" + std::to_string(d.tried.size()) + " tried)";
  }
  if (d.rule == "asks_human") return "the customer asks for a human";
  if (d.rule == "loop_guard" || d.rule == "rating") return d.reason;
  if (d.rule == "holder" || d.outcome.kind == HolderKind::agent ||
      d.outcome.kind == HolderKind::offered) {
    return "whoever holds a conversation keeps it";
  }
  return "rule \"" + d.rule + "\" matched: " + d.reason;
}

std::string reason_zh(const Decision& d) {
  if (d.rule == "default")
    return "没有规则命中（共检查 " + std::to_string(d.tried.size()) + " 条）";
  if (d.rule == "asks_human") return "客户要求人工服务";
  if (d.rule == "rating") return "客户在评价上一次服务";
  if (d.rule == "loop_guard") {
    return "机器人在一分钟内已回答 " + std::to_string(d.inputs.bot_turns) + " 次";
  }
  if (d.rule == "holder" || d.outcome.kind == HolderKind::agent ||
      d.outcome.kind == HolderKind::offered) {
    return "会话由当前受理方继续处理";
  }
  return "命中规则“" + d.rule + "”（" + d.reason + "）";
}

std::string arm_en(const Decision& d) {
  if (d.experiment.empty()) return {};
  return ", arm " + d.arm + " of experiment " + d.experiment;
}

std::string arm_zh(const Decision& d) {
  if (d.experiment.empty()) return {};
  return "，属于实验 " + d.experiment + " 的 " + d.arm + " 组";
}

std::string intent_en(const Analysis& analysis) {
  if (analysis.intent.empty()) return {};
  return ", intent " + analysis.intent + " " + score_text(analysis.intent_confidence);
}

std::string intent_zh(const Analysis& analysis) {
  if (analysis.intent.empty()) return {};
  return "，意图 " + analysis.intent + " " + score_text(analysis.intent_confidence);
}

// What else the rule did: labels, attributes, a word to the tenant's systems.
std::string others(const Decision& d, std::string_view begin, std::string_view between) {
  std::string out;
  for (const auto& action : d.actions) {
    const bool told =
        d.outcome.kind == HolderKind::none && (action == "reply" || action == "close");
    if (told) continue;
    out += out.empty() ? begin : between;
    out += action;
  }
  return out;
}

std::string sentiment_en(const Analysis& analysis) {
  if (analysis.sentiment.empty()) return {};
  return ", sentiment " + analysis.sentiment + " " + score_text(analysis.score) +
         (analysis.angry ? ", angry" : "");
}

std::string sentiment_zh(const Analysis& analysis) {
  if (analysis.sentiment.empty()) return {};
  std::string word = "中性";
  if (analysis.sentiment == "negative") word = "负面";
  if (analysis.sentiment == "positive") word = "正面";
  return "，情绪" + word + " " + score_text(analysis.score) + (analysis.angry ? "，愤怒" : "");
}

}  // namespace

std::string explain(const Decision& d, std::string_view language) {
  const std::string turn = std::to_string(d.turn_seq);
  const Analysis& said = d.inputs.analysis;
  if (language.starts_with("zh")) {
    return "第 " + turn + " 条：" + outcome_zh(d) + "，因为" + reason_zh(d) + arm_zh(d) +
           "；客户分群 " + d.inputs.segment + sentiment_zh(said) + intent_zh(said) +
           others(d, "；同时执行：", "、") + "。";
  }
  return "Turn " + turn + " " + outcome_en(d) + ", because " + reason_en(d) + arm_en(d) +
         "; segment " + d.inputs.segment + sentiment_en(said) + intent_en(said) +
         others(d, "; it also did: ", ", ") + ".";
}

Holder decide_again(const Decision& recorded, const Policy& policy, std::vector<RuleTrace>* tried,
                    const std::string* text) {
  std::optional<RuleText> turn;
  if (text) turn = rule_text(*text);
  DecisionInputs inputs = recorded.inputs;
  inputs.segment = segment_of(policy, inputs);
  Verdict verdict = choose(policy, inputs, recorded.person, turn ? &*turn : nullptr, nullptr);
  if (tried) *tried = std::move(verdict.tried);
  return verdict.outcome;
}

}  // namespace parley::routing
