#include "metrics/result/figures_json.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace walbench::metrics {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void refuse(std::string_view name, std::string_view why) {
  json_fields::refuse(fmt::format("has '{}' {}", name, why));
}

double number_from(const Json& json, std::string_view name, double least, double most) {
  if (!json.is_number()) refuse(name, "that is not a number");
  const auto number = json.get<double>();
  const bool within = number >= least && number <= most;  // False for NaN, too.
  if (!within) refuse(name, fmt::format("outside {} to {}", least, most));
  return number;
}

std::int64_t integer_from(const Json& json, std::string_view name, double least, double most) {
  if (!json.is_number_integer()) refuse(name, "that is not a whole number");
  number_from(json, name, least, most);
  return json.get<std::int64_t>();  // A double would round it.
}

std::string text_from(const Json& json, std::string_view name) {
  if (!json.is_string()) refuse(name, "that is not a text");
  if (json.get_ref<const std::string&>().size() > json_fields::kLongestText) {
    refuse(name, fmt::format("of more than {} bytes", json_fields::kLongestText));
  }
  return json.get<std::string>();
}

template <typename T, typename Read>
std::vector<T> list_from(const Json& json, std::string_view name, const Read& read) {
  if (!json.is_array()) refuse(name, "that is not a list");
  std::vector<T> list;
  for (const Json& each : json) {
    list.push_back(read(each));
  }
  return list;
}

}  // namespace

Json figure_json(const FigureValue& value) {
  return std::visit(
      [](const auto& held) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
          return nullptr;
        } else {
          return held;
        }
      },
      value);
}

FigureValue figure_from(const Json& json, std::string_view name, const FigureValue& like,
                        double least, double most) {
  if (std::holds_alternative<bool>(like)) {
    if (!json.is_boolean()) refuse(name, "that is neither true nor false");
    return json.get<bool>();
  }
  if (std::holds_alternative<std::int64_t>(like)) return integer_from(json, name, least, most);
  if (std::holds_alternative<double>(like)) return number_from(json, name, least, most);
  if (std::holds_alternative<std::string>(like)) return text_from(json, name);
  if (std::holds_alternative<std::vector<std::string>>(like)) {
    return list_from<std::string>(json, name,
                                  [&](const Json& each) { return text_from(each, name); });
  }
  return list_from<std::int64_t>(
      json, name, [&](const Json& each) { return integer_from(each, name, least, most); });
}

Json& object_of(Json& json, std::string_view& leaf) {
  const std::size_t dot = leaf.find('.');
  if (dot == std::string_view::npos) return json;
  Json& object = json[std::string(leaf.substr(0, dot))];
  leaf.remove_prefix(dot + 1);
  return object;
}

const Json* object_of(const Json& json, std::string_view& leaf) {
  const std::size_t dot = leaf.find('.');
  if (dot == std::string_view::npos) return &json;
  const auto found = json.is_object() ? json.find(std::string(leaf.substr(0, dot))) : json.end();
  leaf.remove_prefix(dot + 1);
  return found == json.end() ? nullptr : &*found;
}

}  // namespace walbench::metrics
