#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

/// Values as JSON, for another process of this very program. A struct is the list of its members,
/// which Members<T> names with a structured binding: one with a member more does not compile until
/// it is named there, so that none can be left behind.
namespace walbench::engine::packing {

using Json = nlohmann::ordered_json;

namespace detail {

template <typename T>
inline constexpr bool kIsDuration = false;
template <typename Rep, typename Period>
inline constexpr bool kIsDuration<std::chrono::duration<Rep, Period>> = true;
template <typename T>
inline constexpr bool kIsOptional = false;
template <typename T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <typename T>
inline constexpr bool kIsVector = false;
template <typename T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <typename T>
inline constexpr bool kIsPlain = std::is_arithmetic_v<T> || std::is_same_v<T, std::string>;

}  // namespace detail

/// For each struct: of(value) returns its members, tied.
template <typename T>
struct Members;

/// For each type that is neither plain nor a list nor a struct: pack() and unpack().
template <typename T>
struct Special {
  static constexpr bool kIs = false;
};

template <typename T>
Json pack(const T& value) {
  if constexpr (Special<T>::kIs) {
    return Special<T>::pack(value);
  } else if constexpr (detail::kIsPlain<T>) {
    return value;
  } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
    return value.string();
  } else if constexpr (std::is_enum_v<T>) {
    return static_cast<std::underlying_type_t<T>>(value);
  } else if constexpr (detail::kIsDuration<T>) {
    return value.count();
  } else if constexpr (detail::kIsOptional<T>) {
    return value ? Json::array({pack(*value)}) : Json::array();
  } else {
    Json list = Json::array();
    if constexpr (detail::kIsVector<T>) {
      for (const auto& each : value) {
        list.push_back(pack(each));
      }
    } else {
      std::apply([&list](const auto&... each) { (list.push_back(pack(each)), ...); },
                 Members<T>::of(value));
    }
    return list;
  }
}

/// Throws nlohmann::json::exception if this was not packed from a T.
template <typename T>
void unpack(const Json& json, T& value) {
  if constexpr (Special<T>::kIs) {
    Special<T>::unpack(json, value);
  } else if constexpr (detail::kIsPlain<T>) {
    value = json.get<T>();
  } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
    value = json.get<std::string>();
  } else if constexpr (std::is_enum_v<T>) {
    value = static_cast<T>(json.get<std::underlying_type_t<T>>());
  } else if constexpr (detail::kIsDuration<T>) {
    value = T(json.get<typename T::rep>());
  } else if constexpr (detail::kIsOptional<T>) {
    value.reset();
    if (!json.empty()) unpack(json.at(0), value.emplace());
  } else if constexpr (detail::kIsVector<T>) {
    value.clear();
    for (const Json& each : json) {
      unpack(each, value.emplace_back());
    }
  } else {
    std::size_t next = 0;
    std::apply([&](auto&... each) { (unpack(json.at(next++), each), ...); }, Members<T>::of(value));
  }
}

}  // namespace walbench::engine::packing
