// Any bytes as a model file: as they are, and between a head and a checksum that fit, so that what
// is read after those is reached.
#include <cmath>
#include <cstring>

#include "base/crypto.hpp"
#include "routing/text/linear_model.hpp"
#include "tests/fuzz/target.hpp"

namespace parley::routing {
namespace {

template <class T>
void append(std::string& out, T value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  out.append(raw, sizeof value);
}

std::string sealed(std::string_view inside) {
  std::string out = "PARLEYLM";
  append(out, kModelFormat);
  append(out, kFeatureVersion);
  append(out, std::uint64_t{out.size() + 16 + inside.size()});
  out += inside;
  append(out, xxh3_64(out));
  return out;
}

void use(const LinearModel& model, std::string_view text) {
  Tokens tokens;
  tokenize(text, tokens);
  std::vector<double> out(model.labels().size());
  model.probabilities(tokens, "cs", out);
  double sum = 0;
  for (const double p : out) {
    fuzz::expect(p >= 0 && p <= 1, "no probability", text);
    sum += p;
  }
  fuzz::expect(std::abs(sum - 1) < 1e-6, "probabilities that are no whole", text);
  model.terms(tokens, "cs", 0, 5);
}

}  // namespace

PARLEY_FUZZ_TARGET(model) {
  if (const auto model = LinearModel::from_bytes(bytes)) use(**model, "as it is");
  if (const auto model = LinearModel::from_bytes(sealed(bytes))) use(**model, "hello 你好");
}

}  // namespace parley::routing
