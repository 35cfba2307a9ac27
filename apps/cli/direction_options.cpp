#include "apps/cli/direction_options.hpp"

using namespace equivec;

void add_direction_options(Options& options, std::string& method, DirectionOptions& direction) {
  options
      .add("direction", method, "from definitional sets: pca, pair, means or classifier",
           {"NAME", all_names(direction_methods)})
      .add("pair", direction.pair, "the two words of --direction pair: she he", "WORD")
      .add("rank", direction.rank, "number of directions of the bias subspace, by pca");
}

DirectionMethod direction_method(const Options& options, const std::string& method) {
  return value_named(options.given("pair") && !options.given("direction") ? "pair" : method, "direction",
                     direction_methods);
}
