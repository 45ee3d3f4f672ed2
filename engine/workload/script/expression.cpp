#include "engine/workload/script/expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "engine/workload/script/hash_functions.hpp"

namespace walbench::engine {
namespace {

using Node = Expression::Node;
using Op = Operation;
using Integer = std::int64_t;

/// Enough for every operation but greatest and least.
constexpr std::size_t kMostOperands = 4;
using Operands = std::array<Number, kMostOperands>;

bool is_null(const Number& number) {
  return std::holds_alternative<std::monostate>(number);
}
bool is_double(const Number& number) {
  return std::holds_alternative<double>(number);
}

double to_real(const Number& number) {
  if (const auto* const value = std::get_if<double>(&number)) return *value;
  if (const auto* const value = std::get_if<Integer>(&number)) return static_cast<double>(*value);
  throw std::domain_error("a boolean is not a number; write CASE WHEN .. THEN 1 ELSE 0 END");
}

bool to_boolean(const Number& number) {
  if (const auto* const value = std::get_if<bool>(&number)) return *value;
  throw std::domain_error("AND, OR and NOT take conditions, not numbers; write .. <> 0");
}

Integer in_range(bool overflows, Integer result) {
  if (overflows) throw std::domain_error("the result does not fit into 64 bits");
  return result;
}

Integer divided(Integer left, Integer right) {
  if (right == 0) throw std::domain_error("a division by zero");
  if (right == -1) {
    Integer result = 0;
    const bool overflows = __builtin_sub_overflow(Integer{0}, left, &result);
    return in_range(overflows, result);
  }
  return left / right;
}

Integer remainder(Integer left, Integer right) {
  if (right == 0) throw std::domain_error("a division by zero");
  return right == -1 ? 0 : left % right;
}

Integer whole_arithmetic(Op operation, Integer left, Integer right) {
  Integer result = 0;
  switch (operation) {
    case Op::add: {
      const bool overflows = __builtin_add_overflow(left, right, &result);
      return in_range(overflows, result);
    }
    case Op::subtract: {
      const bool overflows = __builtin_sub_overflow(left, right, &result);
      return in_range(overflows, result);
    }
    case Op::multiply: {
      const bool overflows = __builtin_mul_overflow(left, right, &result);
      return in_range(overflows, result);
    }
    default: return divided(left, right);
  }
}

double real_arithmetic(Op operation, double left, double right) {
  switch (operation) {
    case Op::add: return left + right;
    case Op::subtract: return left - right;
    case Op::multiply: return left * right;
    default: return left / right;
  }
}

Number arithmetic(Op operation, const Number& left, const Number& right) {
  if (is_double(left) || is_double(right)) {
    return real_arithmetic(operation, to_real(left), to_real(right));
  }
  return whole_arithmetic(operation, to_integer(left), to_integer(right));
}

template <typename T>
bool compared(Op operation, T left, T right) {
  switch (operation) {
    case Op::less: return left < right;
    case Op::less_equal: return left <= right;
    case Op::equal: return left == right;
    default: return left != right;
  }
}

Number comparison(Op operation, const Number& left, const Number& right) {
  if (is_double(left) || is_double(right)) {
    return compared(operation, to_real(left), to_real(right));
  }
  return compared(operation, to_integer(left), to_integer(right));
}

/// Shifts by 64 and more count modulo 64, as processors do it for pgbench.
Integer on_bits(Op operation, Integer left, Integer right) {
  const auto bits = static_cast<std::uint64_t>(left);
  const auto other = static_cast<std::uint64_t>(right);
  switch (operation) {
    case Op::bit_and: return static_cast<Integer>(bits & other);
    case Op::bit_or: return static_cast<Integer>(bits | other);
    case Op::bit_xor: return static_cast<Integer>(bits ^ other);
    case Op::shift_left: return static_cast<Integer>(bits << (other & 63U));
    default: return left >> (other & 63U);
  }
}

Number absolute(const Number& number) {
  if (is_double(number)) return std::abs(to_real(number));
  const Integer value = to_integer(number);
  return value < 0 ? whole_arithmetic(Op::subtract, 0, value) : value;
}

double of_real(Op function, double value) {
  switch (function) {
    case Op::exp: return std::exp(value);
    case Op::ln: return std::log(value);
    case Op::sqrt: return std::sqrt(value);
    default: return value;
  }
}

Integer drawn(Op function, const Operands& operands, RandomStream& random) {
  const Integer least = to_integer(operands[0]);
  const Integer most = to_integer(operands[1]);
  switch (function) {
    case Op::random_uniform: return random_uniform(random, least, most);
    case Op::random_exponential:
      return random_exponential(random, least, most, to_real(operands[2]));
    case Op::random_gaussian: return random_gaussian(random, least, most, to_real(operands[2]));
    default: return random_zipfian(random, least, most, to_real(operands[2]));
  }
}

Number scattered(Op function, const Operands& operands) {
  const Integer value = to_integer(operands[0]);
  const Integer second = to_integer(operands[1]);
  switch (function) {
    case Op::hash_murmur2: return hash_murmur2(value, second);
    case Op::hash_fnv1a: return hash_fnv1a(value, second);
    default: return permute(value, second, to_integer(operands[2]));
  }
}

Number debugged(const Number& number, std::string* output) {
  if (output != nullptr) *output += described(number) + "\n";
  return number;
}

/// Applies an operation that evaluates all of its operands, none of which is null.
Number apply(Op operation, const Operands& operands, const EvaluationContext& context) {
  switch (operation) {
    case Op::negate: return arithmetic(Op::subtract, Integer{0}, operands[0]);
    case Op::bit_not: return ~to_integer(operands[0]);
    case Op::logical_not: return !to_boolean(operands[0]);
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide: return arithmetic(operation, operands[0], operands[1]);
    case Op::modulo: return remainder(to_integer(operands[0]), to_integer(operands[1]));
    case Op::less:
    case Op::less_equal:
    case Op::equal:
    case Op::not_equal: return comparison(operation, operands[0], operands[1]);
    case Op::bit_and:
    case Op::bit_or:
    case Op::bit_xor:
    case Op::shift_left:
    case Op::shift_right:
      return on_bits(operation, to_integer(operands[0]), to_integer(operands[1]));
    case Op::abs: return absolute(operands[0]);
    case Op::to_int: return to_integer(operands[0]);
    case Op::to_double:
    case Op::exp:
    case Op::ln:
    case Op::sqrt: return of_real(operation, to_real(operands[0]));
    case Op::power: return std::pow(to_real(operands[0]), to_real(operands[1]));
    case Op::hash_murmur2:
    case Op::hash_fnv1a:
    case Op::permute: return scattered(operation, operands);
    default: return drawn(operation, operands, context.random);
  }
}

bool depends_on_chance(Op operation) {
  return operation >= Op::random_uniform || operation == Op::debug;
}

}  // namespace

bool is_truth(const Number& number) {
  if (const auto* const value = std::get_if<bool>(&number)) return *value;
  return !is_null(number) && to_real(number) != 0;
}

std::int64_t to_integer(const Number& number) {
  if (const auto* const value = std::get_if<Integer>(&number)) return *value;
  const double rounded = std::rint(to_real(number));
  const bool fits = rounded >= -0x1.0p63 && rounded < 0x1.0p63;  // false for NaN
  if (!fits) {
    throw std::domain_error(fmt::format("{} does not fit into a 64-bit integer", rounded));
  }
  return static_cast<Integer>(rounded);
}

Number Expression::evaluate(const EvaluationContext& context) const {
  return value_of(nodes_.size() - 1, context);
}

Number Expression::value_of(std::size_t index, const EvaluationContext& context) const {
  const Node& node = nodes_[index];
  if (node.operation == Op::constant) return node.value;
  if (node.operation == Op::variable) {
    const ScriptValue& variable = context.variables[node.slot];
    if (const Number* const number = variable.number()) return *number;
    if (const std::optional<Number> number = number_in(variable.text())) return *number;
    throw ExpressionError(
        fmt::format("the variable holds the text '{}', which is not a number", variable.text()),
        node.offset);
  }
  try {
    return applied(node, context);
  } catch (const std::domain_error& error) {
    throw ExpressionError(error.what(), node.offset);
  }
}

Number Expression::applied(const Node& node, const EvaluationContext& context) const {
  switch (node.operation) {
    case Op::logical_and:
    case Op::logical_or: return logical(node, context);
    case Op::case_when: return chosen(node, context);
    case Op::is_null: return is_null(value_of(node.operands[0], context));
    case Op::is_true: return value_of(node.operands[0], context) == Number(true);
    case Op::is_false: return value_of(node.operands[0], context) == Number(false);
    case Op::debug: return debugged(value_of(node.operands[0], context), context.debug_output);
    case Op::greatest:
    case Op::least: return extreme(node, context);
    default: break;
  }
  Operands operands;
  for (std::size_t i = 0; i < node.operands.size(); ++i) {
    operands[i] = value_of(node.operands[i], context);
  }
  const auto end = operands.begin() + static_cast<std::ptrdiff_t>(node.operands.size());
  if (std::any_of(operands.begin(), end, is_null)) return {};
  return apply(node.operation, operands, context);
}

/// pgbench's rules: a null on the left decides without the right.
Number Expression::logical(const Node& node, const EvaluationContext& context) const {
  const Number left = value_of(node.operands[0], context);
  if (is_null(left)) return {};
  const bool decides = node.operation == Op::logical_or;
  if (to_boolean(left) == decides) return decides;
  const Number right = value_of(node.operands[1], context);
  if (is_null(right)) return {};
  return to_boolean(right);
}

Number Expression::chosen(const Node& node, const EvaluationContext& context) const {
  std::size_t i = 0;
  for (; i + 1 < node.operands.size(); i += 2) {
    if (is_truth(value_of(node.operands[i], context))) {
      return value_of(node.operands[i + 1], context);
    }
  }
  return value_of(node.operands[i], context);
}

Number Expression::extreme(const Node& node, const EvaluationContext& context) const {
  Number best = value_of(node.operands[0], context);
  bool real = is_double(best);
  for (const std::size_t operand : node.operands) {
    const Number number = value_of(operand, context);
    real = real || is_double(number);
    if (is_null(number)) best = {};
    if (is_null(best)) continue;  // the others are computed all the same, and may fail
    const bool better = node.operation == Op::greatest
                            ? std::get<bool>(comparison(Op::less, best, number))
                            : std::get<bool>(comparison(Op::less, number, best));
    if (better) best = number;
  }
  if (is_null(best)) return {};
  return real ? Number(to_real(best)) : Number(to_integer(best));
}

void Expression::fold(std::span<const std::optional<ScriptValue>> known, ScriptText& source) {
  fold_node(nodes_.size() - 1, true, known, source);
}

void Expression::fold_node(std::size_t index, bool certain,
                           std::span<const std::optional<ScriptValue>> known, ScriptText& source) {
  Node& node = nodes_[index];
  bool all_constant = true;
  for (std::size_t i = 0; i < node.operands.size(); ++i) {
    const bool lazy = node.operation == Op::logical_and || node.operation == Op::logical_or ||
                      node.operation == Op::case_when;
    fold_node(node.operands[i], certain && (!lazy || i == 0), known, source);
    all_constant = all_constant && nodes_[node.operands[i]].operation == Op::constant;
  }
  if (node.operation == Op::variable) {
    if (node.slot >= known.size() || !known[node.slot]) return;
  } else if (node.operation == Op::constant || !all_constant) {
    return;
  }
  std::vector<ScriptValue> variables;
  if (node.operation == Op::variable) {
    variables.resize(node.slot + 1);
    variables[node.slot] = *known[node.slot];
  }
  RandomStream random(0, 0);
  try {
    const Number value = value_of(index, {variables, random});
    if (!depends_on_chance(node.operation)) {
      node = {.operation = Op::constant, .value = value, .offset = node.offset};
    }
  } catch (const ExpressionError& error) {
    if (certain) source.add_problem(error.offset(), error.what());
  }
}

}  // namespace walbench::engine
