#pragma once

// A figure is described once, by one row of a table. Whatever is done with all figures alike
// follows from the rows: JSON out and in, the metadata of .hgrm files, pooling of repeats and
// processes, comparison of plans, CSV, limits by name, and the test of the documentation.
//
//   figure<&ConfigurationResult::wal, &WalFigures::frames>("wal_frames", Unit::count, Pooling::sum,
//                                                          "frames written to the WAL")
//
// The template arguments lead from the owner to the member. A figure whose path or member is an
// empty std::optional is absent: it is left out of JSON, never written as 0.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace walbench::metrics {

/// The value of a figure; std::monostate if it is absent.
using FigureValue = std::variant<std::monostate, bool, std::int64_t, double, std::string,
                                 std::vector<std::int64_t>, std::vector<std::string>>;

/// The unit of a figure as it stands in JSON.
enum class Unit : std::uint8_t { none, count, bytes, ns, us, ms, seconds, per_second, share };

/// How the figures of several measurements of one plan become one.
enum class Pooling : std::uint8_t {
  sum,  ///< lists: element by element
  largest,
  smallest,  ///< of flags: whether all were set
  first,     ///< equal in all, or that of the first
  last,
  mean_over_time,  ///< weighted by the elapsed time of each
  union_of_spans,  ///< of lists of starts and ends
};

/// The part that a figure plays in a comparison of two measurements.
enum class PlanClass : std::uint8_t {
  measured,  ///< none: it is what was measured
  identity,  ///< which configuration of a run it is
  workload,  ///< must be equal in what is compared
  setting,   ///< likewise; as SQLite said that it was set
  host,      ///< must be equal, because latencies of unlike machines say nothing
  told,      ///< may differ, and is then named
};

/// One row. Immutable, known at compile time.
template <typename Owner>
struct Figure {
  std::string_view name;  ///< in JSON; `settings.page_size_bytes` is a member of an object
  Unit unit = Unit::none;
  Pooling pooling = Pooling::first;
  std::string_view meaning;  ///< a phrase
  FigureValue (*get)(const Owner&) = nullptr;
  /// Takes a value of the kind that get() returns. Null: the figure follows from others.
  void (*set)(Owner&, const FigureValue&) = nullptr;
  FigureValue (*kind)() = nullptr;  ///< a value of the kind that the member holds
  /// Whether the owner has it at all; null: always, unless the member is an empty optional.
  bool (*present)(const Owner&) = nullptr;
  bool optional = false;  ///< may be missing in JSON

  PlanClass plan = PlanClass::measured;
  /// Name in a configuration's key and in selectors, as in `busy-timeout`; empty: not in them.
  std::string_view dimension = {};
  std::string_view standard = {};  ///< the value that keys leave out, as text
  double least = 0;                ///< of numbers: what is valid
  double most = 1e15;              ///< exact in a double, and beyond what is measured

  constexpr Figure of_plan(PlanClass as, std::string_view in_key = {},
                           std::string_view usually = {}) const {
    Figure row = *this;
    row.plan = as;
    row.dimension = in_key;
    row.standard = usually;
    return row;
  }
  constexpr Figure within(double from, double to) const {
    Figure row = *this;
    row.least = from;
    row.most = to;
    return row;
  }
  constexpr Figure may_be_absent() const {
    Figure row = *this;
    row.optional = true;
    return row;
  }
  constexpr Figure only_if(bool (*is_present)(const Owner&)) const {
    Figure row = may_be_absent();
    row.present = is_present;
    return row;
  }

  FigureValue value(const Owner& owner) const {
    return present == nullptr || present(owner) ? get(owner) : FigureValue();
  }
};

namespace figure_detail {

template <typename T>
inline constexpr bool kIsOptional = false;
template <typename T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

/// Calls `use` with the member that the path leads to, unless an optional on the way is empty.
template <auto First, auto... Rest, typename Owner, typename Use>
void visit(const Owner& owner, const Use& use) {
  const auto& member = owner.*First;
  if constexpr (kIsOptional<std::remove_cvref_t<decltype(member)>>) {
    if (!member) return;
    if constexpr (sizeof...(Rest) == 0) {
      use(*member);
    } else {
      visit<Rest...>(*member, use);
    }
  } else if constexpr (sizeof...(Rest) == 0) {
    use(member);
  } else {
    visit<Rest...>(member, use);
  }
}

/// The member that the path leads to; empty optionals on the way are filled.
template <auto First, auto... Rest, typename Owner>
auto& reach(Owner& owner) {
  auto& member = owner.*First;
  if constexpr (kIsOptional<std::remove_cvref_t<decltype(member)>>) {
    if (!member) member.emplace();
    if constexpr (sizeof...(Rest) == 0) {
      return *member;
    } else {
      return reach<Rest...>(*member);
    }
  } else if constexpr (sizeof...(Rest) == 0) {
    return member;
  } else {
    return reach<Rest...>(member);
  }
}

template <typename Member>
struct Owned;
template <typename Class, typename T>
struct Owned<T Class::*> {
  using Owner = Class;
};

/// Nanoseconds in one of the JSON's unit; 1: the number stands as it is.
template <std::int64_t NsPerUnit, typename T>
FigureValue value_of(const T& member) {
  if constexpr (NsPerUnit != 1) {
    return static_cast<double>(member) / static_cast<double>(NsPerUnit);
  } else {
    return member;
  }
}

template <std::int64_t NsPerUnit, typename T>
void assign(T& member, const FigureValue& value) {
  if constexpr (NsPerUnit != 1) {
    const double ns = std::get<double>(value) * static_cast<double>(NsPerUnit);
    member = static_cast<T>(ns + (ns < 0 ? -0.5 : 0.5));
  } else {
    member = std::get<T>(value);
  }
}

}  // namespace figure_detail

/// The row of a member, in its own unit or, with `NsPerUnit`, of nanoseconds told in another one.
template <std::int64_t NsPerUnit, auto First, auto... Rest>
constexpr auto scaled_figure(std::string_view name, Unit unit, Pooling pooling,
                             std::string_view meaning) {
  using Owner = typename figure_detail::Owned<decltype(First)>::Owner;
  Figure<Owner> row;
  row.name = name;
  row.unit = unit;
  row.pooling = pooling;
  row.meaning = meaning;
  row.get = [](const Owner& owner) {
    FigureValue value;
    figure_detail::visit<First, Rest...>(owner, [&value](const auto& member) {
      value = figure_detail::value_of<NsPerUnit>(member);
    });
    return value;
  };
  row.set = [](Owner& owner, const FigureValue& value) {
    figure_detail::assign<NsPerUnit>(figure_detail::reach<First, Rest...>(owner), value);
  };
  row.kind = [] {
    Owner owner;
    return figure_detail::value_of<NsPerUnit>(figure_detail::reach<First, Rest...>(owner));
  };
  return row;
}

template <auto... Path>
constexpr auto figure(std::string_view name, Unit unit, Pooling pooling, std::string_view meaning) {
  return scaled_figure<1, Path...>(name, unit, pooling, meaning);
}

/// The row of a figure that follows from others: written for those who read the JSON alone, never
/// read back.
template <typename Owner>
constexpr Figure<Owner> derived(std::string_view name, Unit unit, std::string_view meaning,
                                FigureValue (*get)(const Owner&)) {
  Figure<Owner> row;
  row.name = name;
  row.unit = unit;
  row.meaning = meaning;
  row.get = get;
  return row;
}

inline bool is_absent(const FigureValue& value) {
  return std::holds_alternative<std::monostate>(value);
}

/// As it stands in sentences and cells: `818`, `true`, `none` for an empty text, `-` if absent.
std::string figure_text(const FigureValue& value);

/// As a number, or nothing where it is none.
std::optional<double> figure_number(const FigureValue& value);

/// Spans of time as starts and ends in turn, ascending. Those that overlap are one.
using Spans = std::vector<std::int64_t>;
Spans union_of(const Spans& one, const Spans& other);

/// Adds what another measurement of the same plan has to `into`. For mean_over_time, `weights` are
/// the elapsed times of both.
struct PoolWeights {
  double into = 0;
  double from = 0;
};
FigureValue pooled(Pooling pooling, const FigureValue& into, const FigureValue& from,
                   const PoolWeights& weights);

}  // namespace walbench::metrics
