#include "src/report/word_plot.hpp"

#include "equivec/base/error.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <array>
#include <regex>
#include <string>
#include <vector>

using namespace equivec;
using Strings = std::vector<std::string>;

namespace {

Embeddings six_words() {
  return embeddings({{"king", {2, 1, 0}},
                     {"queen", {2, -1, 0.1F}},
                     {"man", {0.1F, 1, 0}},
                     {"woman", {0, -1, 0.2F}},
                     {"car", {0, 0.1F, 3}},
                     {"<img src=x onerror=alert(1)>", {0, 0, 1}}});
}

std::string plot(const Embeddings& e, const Strings& words, const WordPlotOptions& options = {}) {
  const std::vector<PlottedVectors> vectors = {{"v.vec", e}};
  return word_plot(vectors, words, options);
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

struct Label {
  double left, right, top, bottom;
};

/// The boxes that labels of words "w12" take at least.
std::vector<Label> labels_of(const std::string& svg) {
  std::vector<Label> result;
  const std::regex label("<text x=\"([-0-9.]+)\" y=\"([-0-9.]+)\" text-anchor=\"([a-z]+)\">(w[0-9]+)</text>");
  for (auto i = std::sregex_iterator(svg.begin(), svg.end(), label); i != std::sregex_iterator(); ++i) {
    const double x = std::stod((*i)[1]), y = std::stod((*i)[2]), width = 6 * static_cast<double>((*i)[4].length());
    const double left = (*i)[3] == "start" ? x : (*i)[3] == "end" ? x - width : x - width / 2;
    result.push_back({left, left + width, y - 8, y + 2});
  }
  return result;
}

/// Where the circle of a word stands.
std::array<double, 2> place_of(const std::string& svg, const std::string& word) {
  std::smatch found;
  const std::regex mark("<circle cx=\"([-0-9.]+)\" cy=\"([-0-9.]+)\"[^>]*><title>" + word + "</title>");
  REQUIRE(std::regex_search(svg, found, mark));
  return {std::stod(found[1]), std::stod(found[2])};
}

}  // namespace

TEST_CASE("word plot: every word has a mark that tells it, in the shape of its group, and a label") {
  const WordPlotOptions options{.title = "Words & more",
                                .groups = {{"royal", {"king", "queen"}}, {"people", {"man", "woman"}}}};
  const std::string svg = plot(six_words(), {"car"}, options);
  for (const char* word : {"king", "queen", "man", "woman", "car"}) {
    CHECK(count(svg, "<title>" + std::string(word) + "</title>") == 1);
    CHECK(count(svg, ">" + std::string(word) + "</text>") == 1);
  }
  CHECK(count(svg, "Words &amp; more") == 2);  // as title and heading
  CHECK(count(svg, "#0072b2") == 3);           // two words and the legend
  CHECK(count(svg, "#d55e00") == 3);
  CHECK(count(svg, ">royal</text>") == 1);
  CHECK(svg == plot(six_words(), {"car"}, options));
}

TEST_CASE("word plot: words are only text") {
  const std::string svg = plot(six_words(), {"king", "<img src=x onerror=alert(1)>"});
  CHECK(svg.find("<img") == svg.npos);
  CHECK(count(svg, "&lt;img src=x onerror=alert(1)&gt;") == 2);
}

TEST_CASE("word plot: labels neither overlap nor leave the picture, and what has no room keeps its mark") {
  Rng rng(3, 0);
  std::vector<Vocabulary::Entry> entries;
  Matrix rows(400, 5);
  Strings words;
  for (float& number : rows.reshaped()) number = rng.uniform() - 0.5F;
  for (int i = 0; i < 400; ++i) {
    words.push_back("w" + std::to_string(i));
    entries.push_back({words.back(), 0});
  }
  const std::string svg = plot({Vocabulary(entries), rows}, words);
  const std::vector<Label> labels = labels_of(svg);
  CHECK(count(svg, "<circle") == 400);
  CHECK((labels.size() > 60 && labels.size() < 400));
  int overlaps = 0, outside = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    outside += labels[i].left < 58 || labels[i].right > 582;
    for (std::size_t j = 0; j < i; ++j)
      overlaps += labels[i].left < labels[j].right && labels[j].left < labels[i].right &&
                  labels[i].top < labels[j].bottom && labels[j].top < labels[i].bottom;
  }
  CHECK(overlaps == 0);
  CHECK(outside == 0);
}

TEST_CASE("word plot: on axes words stand at their cosines with the expressions") {
  const std::string svg =
      plot(six_words(), {"king", "man", "woman"}, {.method = PlotMethod::axes, .x = "man - woman", .y = "king"});
  CHECK(count(svg, "font-style=\"italic\">man - woman</text>") == 1);
  CHECK(place_of(svg, "woman")[0] < place_of(svg, "king")[0]);
  CHECK(place_of(svg, "king")[0] < place_of(svg, "man")[0]);
  CHECK(place_of(svg, "king")[1] < place_of(svg, "man")[1]);  // upwards is more
}

TEST_CASE("word plot: before and after are on one scale and in the projection of the first") {
  const Embeddings before = six_words();
  const Embeddings after = before.with_vectors(Matrix(before.matrix() * 3));  // the same directions
  const std::vector<PlottedVectors> vectors = {{"before.vec", before}, {"after.vec", after}};
  const std::string svg = word_plot(vectors, Strings{"king", "queen", "car"}, {});
  CHECK(count(svg, ">before.vec</text>") == 1);
  CHECK(count(svg, ">after.vec</text>") == 1);
  const std::regex mark("<circle cx=\"([-0-9.]+)\" cy=\"([-0-9.]+)\"");
  Strings places;
  for (auto i = std::sregex_iterator(svg.begin(), svg.end(), mark); i != std::sregex_iterator(); ++i)
    places.push_back((*i)[1].str() + " " + (*i)[2].str());
  REQUIRE(places.size() == 6);
  for (std::size_t i = 0; i < 3; ++i) CHECK(places[i] == places[i + 3]);
}

TEST_CASE("word plot: places of a map, and t-SNE") {
  const Embeddings e = six_words();
  CHECK(error_of([&] {
          plot(e, {"king", "car"}, {.method = PlotMethod::map});
        }) == "v.vec: holds no places; make them with equivec map");
  Matrix places(6, 2);
  places << 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0;
  const std::string svg = plot(e.with_places(places), {"king", "man", "car"}, {.method = PlotMethod::map});
  CHECK(svg.find("places of the map") != svg.npos);
  CHECK(place_of(svg, "king")[0] < place_of(svg, "man")[0]);
  CHECK(count(plot(e, {"king", "man", "car", "queen"}, {.method = PlotMethod::tsne}), "<circle") == 4);
}

TEST_CASE("word plot: what does not fit is an error that says what to do") {
  const Embeddings e = six_words();
  CHECK_THAT(error_of([&] { plot(e, {"king", "quean"}); }), ContainsSubstring("did you mean 'queen'"));
  CHECK_THAT(error_of([&] { plot(e, {"king", "king"}); }), ContainsSubstring("two words or more, there are 1"));
  CHECK_THAT(error_of([&] {
               plot(e, {"king", "car"}, {.method = PlotMethod::axes, .x = "king"});
             }),
             ContainsSubstring("needs x and y"));
  CHECK_THAT(error_of([&] { plot(e, {"king", "car"}, {.x = "king"}); }), ContainsSubstring("of the method axes"));
  CHECK_THAT(error_of([] { parse_word_group("king queen"); }), ContainsSubstring("NAME: WORD"));
  CHECK(parse_word_group("two words: king queen").words == Strings{"king", "queen"});
  const Embeddings other = embeddings({{"king", {1, 2}}, {"car", {0, 1}}});
  const std::vector<PlottedVectors> vectors = {{"a", e}, {"b", other}};
  CHECK_THAT(error_of([&] {
               word_plot(vectors, Strings{"king", "car"}, {});
             }),
             ContainsSubstring("one projection fits both"));
}
