#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "metrics/result/figure.hpp"
#include "metrics/result/json_fields.hpp"

namespace walbench::metrics {

/// A value that is there, as JSON.
nlohmann::ordered_json figure_json(const FigureValue& value);

/// Reads a value of the same kind as `like`. Throws FormatError, which names the field, where it is
/// of another kind or outside [least, most].
FigureValue figure_from(const nlohmann::ordered_json& json, std::string_view name,
                        const FigureValue& like, double least, double most);

/// Where a figure of that name stands, `a.b` in the member `a`; `leaf` becomes the rest of the
/// name.
nlohmann::ordered_json& object_of(nlohmann::ordered_json& json, std::string_view& leaf);
/// The same; null where the member is missing.
const nlohmann::ordered_json* object_of(const nlohmann::ordered_json& json, std::string_view& leaf);

/// Adds every figure that is there and wanted, in the order of the rows.
template <typename Owner, typename Wanted>
void write_figures(std::span<const Figure<Owner>> figures, const Owner& owner,
                   nlohmann::ordered_json& json, const Wanted& wanted) {
  for (const Figure<Owner>& figure : figures) {
    if (!wanted(figure)) continue;
    const FigureValue value = figure.value(owner);
    if (is_absent(value)) continue;
    std::string_view leaf = figure.name;
    nlohmann::ordered_json& object = object_of(json, leaf);
    object[std::string(leaf)] = figure_json(value);
  }
}

template <typename Owner>
void write_figures(std::span<const Figure<Owner>> figures, const Owner& owner,
                   nlohmann::ordered_json& json) {
  write_figures(figures, owner, json, [](const Figure<Owner>&) { return true; });
}

/// Reads every figure that is wanted and does not follow from others. Throws FormatError where one
/// that must be there is missing, is of another kind, or is out of its range.
template <typename Owner, typename Wanted>
void read_figures(std::span<const Figure<Owner>> figures, const nlohmann::ordered_json& json,
                  Owner& owner, const Wanted& wanted) {
  for (const Figure<Owner>& figure : figures) {
    if (figure.set == nullptr || !wanted(figure)) continue;
    std::string_view leaf = figure.name;
    const nlohmann::ordered_json* const object = object_of(json, leaf);
    const bool missing =
        object == nullptr || !object->is_object() || !object->contains(std::string(leaf));
    if (missing && figure.optional) continue;
    if (missing) json_fields::refuse("lacks '" + std::string(figure.name) + "'");
    figure.set(owner, figure_from((*object)[std::string(leaf)], figure.name, figure.kind(),
                                  figure.least, figure.most));
  }
}

template <typename Owner>
void read_figures(std::span<const Figure<Owner>> figures, const nlohmann::ordered_json& json,
                  Owner& owner) {
  read_figures(figures, json, owner, [](const Figure<Owner>&) { return true; });
}

}  // namespace walbench::metrics
