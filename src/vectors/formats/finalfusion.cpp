#include "src/vectors/formats/format.hpp"

namespace equivec {

const FormatRow finalfusion_format = {{Format::finalfusion, "finalfusion", ".fifu", "finalfusion's container"}};

}  // namespace equivec
