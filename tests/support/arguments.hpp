#pragma once

#include <initializer_list>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace walbench::test_support {

/// A program's arguments: one by one, or as words with spaces between them.
struct Arguments : std::vector<std::string> {
  // Implicit, so that a test reads like a command.
  Arguments(std::initializer_list<std::string> each) : std::vector<std::string>(each) {}
  Arguments(std::vector<std::string> all) : std::vector<std::string>(std::move(all)) {}
  Arguments(const char* words) : Arguments(std::string(words)) {}
  Arguments(const std::string& words) {
    std::istringstream stream(words);
    for (std::string word; stream >> word;) {
      push_back(word);
    }
  }
};

}  // namespace walbench::test_support
