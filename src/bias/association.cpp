#include "equivec/bias/association.hpp"

namespace equivec {

std::string_view name_of(Deviation deviation) { return deviation == Deviation::sample ? "sample" : "population"; }

}  // namespace equivec
