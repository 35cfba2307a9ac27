#include "src/report/rendering.hpp"

#include "equivec/base/error.hpp"
#include "src/base/text_numbers.hpp"

#ifdef EQUIVEC_HAS_RSVG
#include <cairo-pdf.h>
#include <dlfcn.h>
#include <librsvg/rsvg.h>

#include <algorithm>
#include <cmath>
#include <memory>
#endif

namespace equivec {

#ifndef EQUIVEC_HAS_RSVG

std::string why_no_rendering() {
  return ".pdf and .png need librsvg, without which this equivec was built; write .svg or .html, or install "
         "librsvg2-dev and build again";
}
std::string pdf_of(const std::string& name, const std::string&) { throw Error(name + ": " + why_no_rendering()); }
std::string png_of(const std::string& name, const std::string&, double) {
  throw Error(name + ": " + why_no_rendering());
}

#else

namespace {

/// The functions that are called, with the types of their headers. Those of cairo and GLib are found through librsvg.
struct Functions {
  void* library = dlopen("librsvg-2.so.2", RTLD_NOW | RTLD_LOCAL);
  bool complete = library != nullptr;

#define EQUIVEC_FUNCTION(name) decltype(&::name) name = find<decltype(&::name)>(#name)
  EQUIVEC_FUNCTION(rsvg_handle_new_from_data);
  EQUIVEC_FUNCTION(rsvg_handle_get_intrinsic_size_in_pixels);
  EQUIVEC_FUNCTION(rsvg_handle_render_document);
  EQUIVEC_FUNCTION(g_object_unref);
  EQUIVEC_FUNCTION(g_error_free);
  EQUIVEC_FUNCTION(cairo_create);
  EQUIVEC_FUNCTION(cairo_destroy);
  EQUIVEC_FUNCTION(cairo_status);
  EQUIVEC_FUNCTION(cairo_status_to_string);
  EQUIVEC_FUNCTION(cairo_set_source_rgb);
  EQUIVEC_FUNCTION(cairo_paint);
  EQUIVEC_FUNCTION(cairo_surface_destroy);
  EQUIVEC_FUNCTION(cairo_surface_finish);
  EQUIVEC_FUNCTION(cairo_surface_status);
  EQUIVEC_FUNCTION(cairo_pdf_surface_create_for_stream);
  EQUIVEC_FUNCTION(cairo_pdf_surface_set_metadata);
  EQUIVEC_FUNCTION(cairo_image_surface_create);
  EQUIVEC_FUNCTION(cairo_surface_write_to_png_stream);
#undef EQUIVEC_FUNCTION

 private:
  template <class Function>
  Function find(const char* name) {
    void* const found = library ? dlsym(library, name) : nullptr;
    complete = complete && found;
    return reinterpret_cast<Function>(found);
  }
};

/// Loaded once and kept: GLib cannot be unloaded.
const Functions& functions() {
  static const Functions all;
  return all;
}

template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

cairo_status_t append(void* text, const unsigned char* bytes, unsigned size) {
  try {
    static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(bytes), size);
    return CAIRO_STATUS_SUCCESS;
  } catch (...) {  // may not pass through C
    return CAIRO_STATUS_NO_MEMORY;
  }
}

/// A parsed picture with its size in pixels.
class Drawing {
 public:
  Drawing(const std::string& name, const std::string& svg)
      : name_(name), handle_(nullptr, [](void* object) { functions().g_object_unref(object); }) {
    if (const std::string why = why_no_rendering(); !why.empty()) throw Error(name + ": " + why);
    GError* error = nullptr;
    const auto* const bytes = reinterpret_cast<const guint8*>(svg.data());
    handle_.reset(functions().rsvg_handle_new_from_data(bytes, svg.size(), &error));
    if (!handle_) fail(error);
    if (!functions().rsvg_handle_get_intrinsic_size_in_pixels(rsvg(), &width_, &height_) ||
        !(width_ >= 1 && width_ < 1e9 && height_ >= 1 && height_ < 1e9))
      throw Error(name + ": the picture does not tell its width and height in pixels");
  }

  double width() const { return width_; }
  double height() const { return height_; }

  /// Draws it `scale` times as large, on white.
  void draw(cairo_surface_t* surface, double scale) const {
    require(functions().cairo_surface_status(surface));
    const Owned<cairo_t> cairo(functions().cairo_create(surface), functions().cairo_destroy);
    functions().cairo_set_source_rgb(cairo.get(), 1, 1, 1);
    functions().cairo_paint(cairo.get());
    GError* error = nullptr;
    const RsvgRectangle place = {0, 0, scale * width_, scale * height_};
    if (!functions().rsvg_handle_render_document(rsvg(), cairo.get(), &place, &error)) fail(error);
    require(functions().cairo_status(cairo.get()));
  }

  void require(cairo_status_t status) const {
    if (status != CAIRO_STATUS_SUCCESS)
      throw Error(name_ + ": cairo cannot draw the picture: " + functions().cairo_status_to_string(status));
  }

 private:
  RsvgHandle* rsvg() const { return static_cast<RsvgHandle*>(handle_.get()); }

  [[noreturn]] void fail(GError* error) const {
    std::string why = error ? error->message : "without a reason";
    if (error) functions().g_error_free(error);
    std::ranges::replace(why, '\n', ' ');
    throw Error(name_ + ": librsvg cannot draw the picture: " + why);
  }

  const std::string& name_;
  Owned<void> handle_;
  double width_ = 0, height_ = 0;
};

}  // namespace

std::string why_no_rendering() {
  if (functions().complete) return {};
  return functions().library ? ".pdf and .png need librsvg 2.52 or later; this machine's is older"
                             : ".pdf and .png need librsvg; install Debian's librsvg2-2, or write .svg or .html";
}

std::string pdf_of(const std::string& name, const std::string& svg) {
  const Drawing drawing(name, svg);
  const Functions& f = functions();
  constexpr double points = 0.75;  // of a pixel
  std::string bytes;
  const Owned<cairo_surface_t> surface(
      f.cairo_pdf_surface_create_for_stream(append, &bytes, points * drawing.width(), points * drawing.height()),
      f.cairo_surface_destroy);
  // It would tell when it was made.
  f.cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, "");
  drawing.draw(surface.get(), points);
  f.cairo_surface_finish(surface.get());
  drawing.require(f.cairo_surface_status(surface.get()));
  return bytes;
}

std::string png_of(const std::string& name, const std::string& svg, double scale) {
  const Drawing drawing(name, svg);
  const Functions& f = functions();
  const double width = std::ceil(scale * drawing.width()), height = std::ceil(scale * drawing.height());
  constexpr double longest = 32767, most = 1e8;  // cairo's side, and 400 MB
  if (width > longest || height > longest || width * height > most)
    throw Error(name + ": would have " + shortest(width) + " x " + shortest(height) +
                " pixels, more than can be drawn; write it at a smaller scale, or as .pdf");
  const Owned<cairo_surface_t> surface(
      f.cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(width), static_cast<int>(height)),
      f.cairo_surface_destroy);
  drawing.draw(surface.get(), scale);
  std::string bytes;
  drawing.require(f.cairo_surface_write_to_png_stream(surface.get(), append, &bytes));
  return bytes;
}

#endif

}  // namespace equivec
