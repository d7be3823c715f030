// routing/text/adopt.hpp
// Is a newly trained model better than the one in use, and putting one in the place of the other
// so that one step leads back.
//
// A new model is adopted when it is right on more of the rows kept apart and that is unlikely to be
// luck: of the rows on which only one of the two is right, the new one has so many that a fair coin
// would give as many with a probability under kLuckMax (a one-sided sign test).
// Threads  any; files are read and written by the caller's thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "routing/text/linear_model.hpp"

namespace parley::routing {

inline constexpr double kLuckMax = 0.05;

struct LabelledText {
  std::string label, kind, text;
};

struct Comparison {
  std::size_t rows = 0;
  std::size_t old_right = 0, new_right = 0;
  std::size_t only_old = 0, only_new = 0;  // rows on which just one of them is right
  double luck = 1;                         // of the sign test
  double old_recall = 0, new_recall = 0;   // mean over the labels
  bool better() const noexcept { return only_new > only_old && luck < kLuckMax; }
};

// The labels as the router would give them: cues and thresholds included. `older` may be null: then
// nothing is known of it and better() is false.
Result<Comparison> compare_models(const std::shared_ptr<const LinearModel>& older,
                                  const std::shared_ptr<const LinearModel>& newer,
                                  const std::vector<LabelledText>& rows);

// The chance that a fair coin falls on one side at least `wins` times of wins + losses.
double luck_of(std::size_t wins, std::size_t losses);

// Writes model and card ("x.plm" and "x.md"), each whole or not at all; what stood there is kept as
// "x.plm.previous" and "x.md.previous".
Result<void> adopt(const std::string& path, std::string_view model, std::string_view card);
// Changes places with what adopt() kept; a second time goes forward again. not_found: nothing kept.
Result<void> roll_back(const std::string& path);

// Whole or not at all: a new file beside the old one, then renamed over it.
Result<void> write_whole(const std::string& path, std::string_view bytes);

}  // namespace parley::routing
