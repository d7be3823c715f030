// routing/text/tools.hpp
// The text commands of the program: train, classify, retrieve. They read lines and write lines and
// call the very code the router calls.
//
//   train sentiment|intent TRAIN.tsv... -o FILE   rows "label<TAB>text"; with options, see its
//   usage classify --task sentiment|intent [--model FILE] [--kind cs|social|review|chat] retrieve
//   DOCS.tsv [-k 5]                      rows "id<TAB>text"
//
// Errors   exit code 2 for a wrong command line, 1 for wrong input, with file, line and what is
//          right on `err`. Nothing half-written is left: a model file appears whole or not at all.
// Limits   kLineBytesMax a line (the rest of a longer one is an error), kTrainRowsMax rows.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace parley::routing {

inline constexpr std::size_t kLineBytesMax = 1U << 20;
inline constexpr std::size_t kTrainRowsMax = 5'000'000;

// Where classify looks when --model is not given: models/<task>.plm in the working folder, in the
// tree the program was built in, or among the installed files.
std::string default_model(std::string_view task);

int run_train(const std::vector<std::string>& args, std::istream& in, std::ostream& out,
              std::ostream& err);
int run_classify(const std::vector<std::string>& args, std::istream& in, std::ostream& out,
                 std::ostream& err);
int run_retrieve(const std::vector<std::string>& args, std::istream& in, std::ostream& out,
                 std::ostream& err);

}  // namespace parley::routing
