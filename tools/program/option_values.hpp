#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace walbench::tools {

/// The completions that a shell offers for the value of an option.
enum class Completion : std::uint8_t {
  nothing,
  choices,  ///< one of them
  list,     ///< several of them, with commas between them
  file,
  folder,
  results,  ///< .hgrm and .hlog files, and folders
};

/// How the value of an option is read, and what --help and completion say about it.
template <typename T>
struct Reader {
  /// Throws std::invalid_argument with a sentence that does not name the option.
  std::function<T(const std::string&)> read;
  std::function<std::string(const T&)> show;  ///< as read() takes it
  std::vector<std::string> choices = {};
  Completion completion = Completion::nothing;
};

/// Decimal digits, from `least` to `most`; nothing around them.
template <typename Integer>
Integer whole_number(std::string_view text, Integer least, Integer most) {
  Integer value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || value < least || value > most) {
    throw std::invalid_argument(
        fmt::format("'{}' is not a whole number between {} and {}", text, least, most));
  }
  return value;
}

template <typename Integer>
Reader<Integer> whole_numbers(Integer least, Integer most) {
  return {[=](const std::string& text) { return whole_number<Integer>(text, least, most); },
          [](const Integer& value) { return std::to_string(value); }};
}

/// A number between 0 and `most`, without exponent.
Reader<double> shares(double most);

/// A duration with its unit, `least` or more.
Reader<std::chrono::nanoseconds> durations(std::chrono::nanoseconds least = {});

/// A duration of whole milliseconds, of which there are at most `most`.
Reader<std::chrono::milliseconds> whole_milliseconds(std::int64_t most);

Reader<std::string> texts(Completion completion = Completion::nothing);
Reader<std::filesystem::path> paths(Completion completion = Completion::file);

/// One of these names.
template <typename Value>
Reader<Value> one_of(std::vector<std::pair<std::string, Value>> named) {
  std::vector<std::string> names;
  names.reserve(named.size());
  for (const auto& [name, value] : named) {
    names.push_back(name);
  }
  Reader<Value> reader;
  reader.choices = names;
  reader.completion = Completion::choices;
  reader.show = [named](const Value& value) {
    const auto found = std::ranges::find(named, value, &std::pair<std::string, Value>::second);
    return found == named.end() ? std::string() : found->first;
  };
  reader.read = [named = std::move(named), names](const std::string& text) {
    const auto found = std::ranges::find(named, text, &std::pair<std::string, Value>::first);
    if (found != named.end()) return found->second;
    throw std::invalid_argument(fmt::format("'{}' is not one of {}", text, fmt::join(names, ", ")));
  };
  return reader;
}

/// One of these values, which `name_of` names.
template <typename Value, typename NameOf>
Reader<Value> one_of(std::initializer_list<Value> values, const NameOf& name_of) {
  std::vector<std::pair<std::string, Value>> named;
  for (const Value value : values) {
    named.emplace_back(name_of(value), value);
  }
  return one_of(std::move(named));
}

/// The parts between separators; one more than there are separators.
std::vector<std::string> split_at(const std::string& text, char separator);

/// Several values with commas between them, each of them once.
template <typename T>
Reader<std::vector<T>> lists_of(const Reader<T>& one) {
  Reader<std::vector<T>> reader;
  reader.choices = one.choices;
  if (!one.choices.empty()) reader.completion = Completion::list;
  reader.show = [one](const std::vector<T>& values) {
    std::vector<std::string> shown(values.size());
    std::ranges::transform(values, shown.begin(), one.show);
    return fmt::format("{}", fmt::join(shown, ","));
  };
  reader.read = [one](const std::string& text) {
    std::vector<T> values;
    for (const std::string& part : split_at(text, ',')) {
      T value = one.read(part);
      if (std::ranges::find(values, value) != values.end()) {
        throw std::invalid_argument(fmt::format("{} is named twice", one.show(value)));
      }
      values.push_back(std::move(value));
    }
    return values;
  };
  return reader;
}

}  // namespace walbench::tools
