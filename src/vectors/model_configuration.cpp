#include "src/vectors/model_configuration.hpp"

#include "equivec/base/error.hpp"
#include "src/base/text_numbers.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>

namespace equivec {

using OrderedJson = nlohmann::ordered_json;

OrderedJson parse_configuration(const std::string& name, std::string_view text) {
  constexpr std::size_t most_bytes = 4000000;  // a value takes many times its bytes in memory
  constexpr int deepest = 32;                  // writing it again takes the stack
  if (text.size() > most_bytes)
    throw Error(name + ": has " + grouped(text.size()) + " bytes; expected at most " + grouped(most_bytes));
  const auto limit = [&](int depth, OrderedJson::parse_event_t, OrderedJson&) {
    if (depth > deepest) throw Error(name + ": lists and objects are nested too deep");
    return true;
  };
  try {
    return OrderedJson::parse(text, limit);
  } catch (const OrderedJson::exception& error) {
    const std::string_view reason = error.what();
    const std::size_t place = reason.find(" at line");
    const std::string where(place == reason.npos ? "" : reason.substr(place, reason.find(':', place) - place));
    throw Error(name + ": is not JSON" + where + "; the file is damaged");
  }
}

bool normalizes_texts(const Tokenizer& tokenizer) {
  if (tokenizer.configuration().empty()) return false;
  const OrderedJson configuration = parse_configuration("config.json of the model", tokenizer.configuration());
  if (!configuration.is_object()) return false;
  const auto found = configuration.find("normalize");
  return found != configuration.end() && found->is_boolean() && found->get<bool>();
}

}  // namespace equivec
