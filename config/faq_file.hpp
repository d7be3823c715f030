// config/faq_file.hpp
// A tenant's questions and answers, written by people.
//
// TSV   question<TAB>answer, one entry a line; more wordings of the question behind " | "; \n in an
//       answer is a line break; empty lines and lines that begin with # are skipped.
// TOML  [[entry]] id, questions = ["...", "..."], answer = "..."; for a file named *.toml.
//
// Limits   kFaqEntriesMax entries, 1 KiB a question, 8 KiB an answer, kFileBytesMax.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/problems.hpp"
#include "routing/faq.hpp"

namespace parley::config {

inline constexpr std::size_t kFaqQuestionBytesMax = 1024;
inline constexpr std::size_t kFaqAnswerBytesMax = 8 * 1024;

// `file` is the name for messages; mistakes go to `problems` under that name.
std::vector<routing::FaqEntry> read_faq(std::string_view bytes, const std::string& file,
                                        Problems& problems);

}  // namespace parley::config
