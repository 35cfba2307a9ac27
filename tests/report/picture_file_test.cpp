#include "src/report/picture_file.hpp"

#include "equivec/base/error.hpp"
#include "src/report/document.hpp"
#include "src/report/drawing.hpp"
#include "src/report/rendering.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <string>

using namespace equivec;

namespace {

const std::string picture = svg::picture(
    80, 40, 12, "A picture", svg::text(10, 20, "start", "Words") + svg::line(0, 0, 80, 40, " stroke=\"#000\""));

unsigned big_endian(const std::string& bytes, std::size_t at) {
  unsigned value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
  return value;
}

}  // namespace

TEST_CASE("picture file: the name's ending says what is written") {
  CHECK(picture_file("x.svg", picture, "") == picture);
  const std::string page = picture_file("x.html", picture, "A < B");
  CHECK(page.find("<title>A &lt; B</title>") != page.npos);
  CHECK(page.find(picture) != page.npos);
  CHECK_THAT(error_of([] { picture_file("x.gif", picture, ""); }),
             ContainsSubstring("ends in .svg, .html, .pdf or .png, found 'x.gif'"));
  CHECK_THAT(error_of([] { picture_file("x.svg", picture, "", {.scale = 0.01}); }), ContainsSubstring("scale must be"));
}

TEST_CASE("picture file: without librsvg the error says what to do") {
  if (why_no_rendering().empty()) return;
  const std::string error = error_of([] { picture_file("x.pdf", picture, ""); });
  CHECK_THAT(error, ContainsSubstring("x.pdf: .pdf and .png need librsvg") && ContainsSubstring("install"));
}

TEST_CASE("picture file: a .pdf has its fonts, and is the same bytes on every day") {
  if (!why_no_rendering().empty()) return;
  const std::string pdf = picture_file("x.pdf", picture, "");
  CHECK(pdf.starts_with("%PDF"));
  CHECK(pdf.find("/FontFile") != pdf.npos);
  CHECK(pdf.find("/CreationDate") == pdf.npos);
  CHECK(pdf.find("/Subtype /Image") == pdf.npos);  // lines stay lines
  CHECK(pdf == picture_file("x.pdf", picture, ""));
}

TEST_CASE("picture file: a .png has the size that is asked for, and is not blank") {
  if (!why_no_rendering().empty()) return;
  const std::string png = picture_file("x.png", picture, "");
  CHECK(png.starts_with("\x89PNG"));
  CHECK(big_endian(png, 16) == 160);
  CHECK(big_endian(png, 20) == 80);
  CHECK(png == picture_file("x.png", picture, ""));
  CHECK(big_endian(picture_file("x.png", picture, "", {.scale = 1.01}), 16) == 81);
  const std::string blank = picture_file("x.png", svg::picture(80, 40, 12, "", ""), "");
  CHECK(png.size() > blank.size() + 200);
}

TEST_CASE("picture file: what is no picture or too large is an error") {
  if (!why_no_rendering().empty()) return;
  const auto error = [](const std::string& svg, const char* file = "x.png") {
    return error_of([&] { picture_file(file, svg, ""); });
  };
  CHECK_THAT(error(""), ContainsSubstring("x.png: librsvg cannot draw the picture"));
  CHECK_THAT(error("<svg"), ContainsSubstring("x.png: librsvg cannot draw the picture"));
  CHECK_THAT(error("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), ContainsSubstring("width and height"));
  CHECK_THAT(error(svg::picture(20000, 10, 12, "", "")), ContainsSubstring("40000 x 20 pixels"));
  CHECK(error(svg::picture(20000, 10, 12, "", ""), "x.pdf").empty());
}

TEST_CASE("picture file: every text can be drawn, also one that is not UTF-8") {
  CHECK(escape_markup("a\xff<b>\x01\"&\xef\xbf\xbe") == "a\uFFFD&lt;b&gt; &quot;&amp;\uFFFD");
  if (!why_no_rendering().empty()) return;
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  const std::string odd = svg::picture(
      300, 20, 12, every, svg::text(0, 10, "start", every) + svg::mark(1, 5, 5, 4, svg::filled("#000"), every));
  CHECK(picture_file("x.png", odd, "").starts_with("\x89PNG"));
}
