#include "metrics/result/json_fields.hpp"

#include <cmath>

#include "metrics/format_error.hpp"

namespace walbench::metrics::json_fields {

void refuse(const std::string& why) {
  throw FormatError("its walbench metadata " + why);
}

const Json& field(const Json& json, const char* name) {
  const auto found = json.is_object() ? json.find(name) : json.end();
  if (found == json.end()) refuse(std::string("lacks '") + name + "'");
  return *found;
}

std::string text_in(const Json& json, const char* name) {
  const Json& value = field(json, name);
  if (!value.is_string()) refuse(std::string("has '") + name + "' that is no text");
  if (value.get_ref<const std::string&>().size() > kLongestText) {
    refuse(std::string("has '") + name + "' of more than " + std::to_string(kLongestText) +
           " bytes");
  }
  return value.get<std::string>();
}

namespace {

constexpr double kLargestCount = 1e15;  // exact in a double, and beyond what is measured

/// A finite number of at most kLargestCount, either way.
double number_in(const Json& json, const char* name) {
  const Json& value = field(json, name);
  if (!value.is_number()) refuse(std::string("has '") + name + "' that is no number");
  const auto number = value.get<double>();
  if (!(std::abs(number) <= kLargestCount)) refuse(std::string("has an absurd '") + name + "'");
  return number;
}

std::int64_t integer_in(const Json& json, const char* name) {
  if (!field(json, name).is_number_integer()) {
    refuse(std::string("has '") + name + "' that is no whole number");
  }
  return static_cast<std::int64_t>(number_in(json, name));
}

}  // namespace

std::int64_t count_in(const Json& json, const char* name) {
  const std::int64_t count = integer_in(json, name);
  if (count < 0) refuse(std::string("has '") + name + "' below zero");
  return count;
}

bool has(const Json& json, const char* name) {
  return json.is_object() && json.contains(name);
}

std::int64_t positive_in(const Json& json, const char* name) {
  const std::int64_t count = count_in(json, name);
  if (count == 0) refuse(std::string("has '") + name + "' of none");
  return count;
}

const Json& list_in(const Json& json, const char* name) {
  const Json& value = field(json, name);
  if (!value.is_array()) refuse(std::string("has '") + name + "' that is no list");
  return value;
}

}  // namespace walbench::metrics::json_fields
