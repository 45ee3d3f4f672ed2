#include "tools/document/stack_words.hpp"

#include <algorithm>
#include <array>

namespace walbench::tools {
namespace {

constexpr std::array<StackWords, 6> kWords = {{
    {"rails8", "Rails 8", "rails8"},
    {"django", "Django", "django"},
    {"python", "Python's sqlite3", "python"},
    {"better-sqlite3", "better-sqlite3", "javascript"},
    {"go-sqlite3", "go-sqlite3", "go"},
    {"sqlx", "sqlx", "rust"},
}};

}  // namespace

std::span<const StackWords> stack_words() {
  return kWords;
}

const StackWords* find_stack_words(std::string_view name) {
  const auto* const found = std::ranges::find(kWords, name, &StackWords::name);
  return found == kWords.end() ? nullptr : found;
}

}  // namespace walbench::tools
