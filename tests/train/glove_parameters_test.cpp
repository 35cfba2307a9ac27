#include "equivec/base/types.hpp"
#include "equivec/train/glove.hpp"
#include "equivec/train/glove_parameters.hpp"

#include "catch.hpp"
#include "glove_support.hpp"
#include "support.hpp"

#include <cstring>
#include <string>

using namespace equivec;

TEST_CASE("GloVe: all parameters are written and read as Stanford's program has them") {
  const TemporaryDirectory folder;
  const auto file = folder / "glove.bin";
  GloveVectors v{.words = Matrix(2, 2), .contexts = Matrix(2, 2), .word_biases = {5, 6}, .context_biases = {7, 8}};
  v.words << 1, 2, 3, 4;
  v.contexts << 10, 20, 30, 40;
  write_glove_parameters(file, v);
  const double expected[] = {1, 2, 5, 3, 4, 6, 10, 20, 7, 30, 40, 8};
  const std::string bytes(reinterpret_cast<const char*>(expected), sizeof expected);
  CHECK(read_file(file) == bytes);
  CHECK(same_bits(read_glove_parameters(file, 2), v));
  const auto problem = [&](const std::string& content, std::size_t words) {
    write_file(file, content);
    return error_of([&] { read_glove_parameters(file, words); });
  };
  for (const std::size_t words : {std::size_t{0}, std::size_t{5}, std::size_t{6}, std::size_t{100}})
    CHECK(problem(bytes, words).starts_with(file.string() + ": its size, 96 bytes, is not that of the parameters of"));
  CHECK(problem(bytes.substr(0, 95), 2).starts_with(file.string() + ": its size, 95 bytes"));
  CHECK(problem("", 1).starts_with(file.string() + ": its size, 0 bytes"));
  std::string large = bytes;
  const double infinite = 1e300;
  std::memcpy(large.data() + 7 * 8, &infinite, 8);
  CHECK(problem(large, 2) == file.string() + ": number 2 of context 1 is not finite");
}
