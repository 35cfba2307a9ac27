#include "equivec/map/word_map.hpp"

#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/vectors/formats.hpp"

#include "src/base/text_numbers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <filesystem>
#include <string>

using namespace equivec;

int run_map(std::span<const std::string> arguments) {
  std::string vectors_file, output;
  std::uint64_t limit = 0;
  MapOptions rules;
  ConsoleOptions console;
  Options options(
      "map VECTORS -o OUT [options]",
      "Gives every word a place in the plane. Words with similar vectors stand near each other. OUT.npy has "
      "two numbers for each word, in the order of the words; OUT.safetensors the vectors with their places, "
      "for other commands.");
  options.positional("VECTORS", vectors_file)
      .add("output,o", output, "a NumPy array (.npy), or a native file with the vectors (.safetensors)", "FILE")
      .required("output")
      .add_named(
          "method", rules.method, map_methods,
          "neighbors: by the graph of nearest neighbours, as UMAP and LargeVis do; pca: principal components; tsne: "
          "exact t-SNE, of at most 10,000 words")
      .add("neighbors", rules.neighbors, "of each word in the graph: more show the whole, fewer its parts")
      .add("min-distance", rules.min_distance, "how near words may come, 0 to 1")
      .add("perplexity", rules.perplexity, "of tsne: so many neighbours count")
      .add("epochs", rules.epochs, "of the layout; 0: 500 for up to 10,000 words, 200 for more; of tsne 1000")
      .add("limit", limit, "only the first N words; 0: all")
      .add("seed", rules.seed, "of the layout's draws")
      .add("threads,thread", rules.threads, "0: all cores; the result is the same for any number");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  validate(rules);
  const std::string ending = std::filesystem::path(output).extension().string();
  if (ending != ".npy" && ending != ".safetensors")
    throw OptionError("output: expected a name that ends in .npy or .safetensors, found '" + output + "'");
  RunFiles files;
  files.writes(output);
  files.reads(files_read(vectors_file));
  files.require_writable();

  const Embeddings vectors =
      load(vectors_file, console, {.limit = static_cast<std::size_t>(limit), .threads = rules.threads});
  const Embeddings mapped = with_map(vectors, rules, console_reporting(console));
  OutputFiles outputs;
  if (ending == ".npy")
    write_array(outputs, output, MatrixView(mapped.places()->data(), mapped.places()->rows(), 2), &progress());
  else
    write_embeddings(outputs, output, mapped, Format::native, &progress());
  outputs.commit();
  if (!console.quiet) remark("wrote the places of " + grouped(vectors.size()) + " words to " + output);
  return 0;
}
