#include "src/vectors/formats/format.hpp"

namespace equivec {

const FormatRow projector_format = {{Format::projector, "projector", "", "a folder for TensorBoard's projector", true}};

}  // namespace equivec
