#include "equivec/text/text_options.hpp"

#include "src/text/special_token.hpp"

namespace equivec {

void validate(const TextOptions& options) { require_special_token(options.end_token); }

}  // namespace equivec
