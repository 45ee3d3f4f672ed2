#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/workload/script/random_stream.hpp"
#include "engine/workload/script/script_text.hpp"
#include "engine/workload/script/script_value.hpp"

namespace walbench::engine {

/// An expression that has no value: what() says why, in a sentence without a place.
class ExpressionError : public std::runtime_error {
 public:
  ExpressionError(const std::string& what, std::size_t offset)
      : std::runtime_error(what), offset_(offset) {}

  std::size_t offset() const { return offset_; }  ///< in the file

 private:
  std::size_t offset_;
};

enum class Operation : std::uint8_t {
  constant,
  variable,
  // Operators. NULL in, NULL out, but for the tests, the logical ones and CASE.
  negate,
  bit_not,
  logical_not,
  is_null,
  is_true,
  is_false,
  add,
  subtract,
  multiply,
  divide,
  modulo,
  less,
  less_equal,
  equal,
  not_equal,
  bit_and,
  bit_or,
  bit_xor,
  shift_left,
  shift_right,
  logical_and,
  logical_or,
  case_when,  ///< condition, value, condition, value, ..., and the value of ELSE
  // Functions.
  abs,
  debug,
  to_double,
  exp,
  greatest,
  least,
  to_int,
  ln,
  power,
  sqrt,
  hash_murmur2,
  hash_fnv1a,
  permute,
  random_uniform,
  random_exponential,
  random_gaussian,
  random_zipfian,
};

/// The surroundings of an evaluation.
struct EvaluationContext {
  std::span<const ScriptValue> variables;  ///< by their slots
  RandomStream& random;
  std::string* debug_output = nullptr;  ///< gets a line for each debug(); null: nobody looks
};

/// An expression of pgbench's language, checked. pgbench's semantics (those of its version 15,
/// which are stricter than its manual): AND, OR and NOT take booleans only and skip an operand that
/// cannot matter; integers overflow with an error, doubles do not; operators on bits, % and the
/// functions' integers round doubles to the nearest even integer. Differences: abs() of the least
/// integer, and of a boolean, is an error. Immutable, so it may be evaluated by several threads.
class Expression {
 public:
  struct Node {
    Operation operation = Operation::constant;
    Number value = {};                       ///< if it is a constant
    std::size_t slot = 0;                    ///< if it is a variable
    std::vector<std::size_t> operands = {};  ///< indices of nodes
    std::size_t offset = 0;                  ///< in the file
  };

  /// The root is the last node, and operands stand before what uses them.
  explicit Expression(std::vector<Node> nodes) : nodes_(std::move(nodes)) {}

  /// Throws ExpressionError.
  Number evaluate(const EvaluationContext& context) const;

  /// The value, if it is the same each time.
  const Number* constant() const {
    return nodes_.back().operation == Operation::constant ? &nodes_.back().value : nullptr;
  }

  /// Computes what does not depend on chance or on variables that change. `known` has the values of
  /// those that do not, by slot; nothing for the others. Adds to the problems of `source` what must
  /// fail in every evaluation.
  void fold(std::span<const std::optional<ScriptValue>> known, ScriptText& source);

 private:
  Number value_of(std::size_t index, const EvaluationContext& context) const;
  Number applied(const Node& node, const EvaluationContext& context) const;
  Number logical(const Node& node, const EvaluationContext& context) const;
  Number chosen(const Node& node, const EvaluationContext& context) const;
  Number extreme(const Node& node, const EvaluationContext& context) const;
  void fold_node(std::size_t index, bool certain, std::span<const std::optional<ScriptValue>> known,
                 ScriptText& source);

  std::vector<Node> nodes_;
};

/// As CASE and \if see it: true, or a number other than 0.
bool is_truth(const Number& number);

/// To the nearest even integer. Throws std::domain_error for a boolean, and if it does not fit. Not
/// for null.
std::int64_t to_integer(const Number& number);

}  // namespace walbench::engine
