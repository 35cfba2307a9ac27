#pragma once

#include <string>
#include <string_view>

namespace equivec {

// Case conversion of A-Z only: words are bytes, and the rules of other alphabets depend on the language.

inline std::string lowered(std::string_view word) {
  std::string result(word);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

inline std::string uppered(std::string_view word) {
  std::string result(word);
  for (char& c : result)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return result;
}

/// Capitalizes the first letter of every part of a word, as in "Ex_Boyfriend".
inline std::string titled(std::string_view word) {
  std::string result = lowered(word);
  bool start = true;
  for (char& c : result) {
    if (start && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    start = c == '_' || c == '-';
  }
  return result;
}

}  // namespace equivec
