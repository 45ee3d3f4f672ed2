// Precedence climbing (Clarke 1986) over the operators of pgbench's exprparse.y.

#include "engine/workload/script/expression_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <numbers>
#include <utility>

#include "engine/workload/script/expression_lexer.hpp"

namespace walbench::engine {
namespace {

using Op = Operation;
using Node = Expression::Node;

using Token = ExpressionToken;

/// Ends the parsing of one expression.
struct SyntaxError {
  std::size_t offset;
  std::string message;
};

struct Function {
  std::string_view name;
  Op operation;
  std::size_t least;  ///< arguments
  std::size_t most;
};
constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();
constexpr std::array<Function, 21> kFunctions = {{
    {"abs", Op::abs, 1, 1},
    {"debug", Op::debug, 1, 1},
    {"double", Op::to_double, 1, 1},
    {"exp", Op::exp, 1, 1},
    {"greatest", Op::greatest, 1, kAny},
    {"hash", Op::hash_murmur2, 1, 2},
    {"hash_fnv1a", Op::hash_fnv1a, 1, 2},
    {"hash_murmur2", Op::hash_murmur2, 1, 2},
    {"int", Op::to_int, 1, 1},
    {"least", Op::least, 1, kAny},
    {"ln", Op::ln, 1, 1},
    {"mod", Op::modulo, 2, 2},
    {"permute", Op::permute, 2, 3},
    {"pi", Op::constant, 0, 0},
    {"pow", Op::power, 2, 2},
    {"power", Op::power, 2, 2},
    {"random", Op::random_uniform, 2, 2},
    {"random_exponential", Op::random_exponential, 3, 3},
    {"random_gaussian", Op::random_gaussian, 3, 3},
    {"random_zipfian", Op::random_zipfian, 3, 3},
    {"sqrt", Op::sqrt, 1, 1},
}};

enum Level : std::uint8_t { kOr = 1, kAnd, kNot, kIs, kCompare, kBits, kSum, kProduct, kSign };

struct BinaryOperator {
  std::string_view symbol;
  Level level;
  Op operation;
  bool swapped = false;
};
constexpr std::array<BinaryOperator, 19> kBinaryOperators = {{
    {"or", kOr, Op::logical_or},
    {"and", kAnd, Op::logical_and},
    {"=", kCompare, Op::equal},
    {"<>", kCompare, Op::not_equal},
    {"!=", kCompare, Op::not_equal},
    {"<", kCompare, Op::less},
    {"<=", kCompare, Op::less_equal},
    {">", kCompare, Op::less, true},
    {">=", kCompare, Op::less_equal, true},
    {"|", kBits, Op::bit_or},
    {"#", kBits, Op::bit_xor},
    {"&", kBits, Op::bit_and},
    {"<<", kBits, Op::shift_left},
    {">>", kBits, Op::shift_right},
    {"+", kSum, Op::add},
    {"-", kSum, Op::subtract},
    {"*", kProduct, Op::multiply},
    {"/", kProduct, Op::divide},
    {"%", kProduct, Op::modulo},
}};

class Parser {
 public:
  Parser(std::string_view text, std::size_t offset, const VariableSlots& slots, ScriptText& source)
      : lexer_(text, offset), slots_(slots), source_(source), token_(lexer_.next()) {}

  std::vector<Node> run() {
    if (token_.kind == Token::Kind::end) fail("an expression is missing");
    expression(kOr);
    if (token_.kind != Token::Kind::end) fail(unexpected());
    return std::move(nodes_);
  }

  bool has_wrong_call() const { return has_wrong_call_; }

 private:
  void advance() { token_ = lexer_.next(); }

  [[noreturn]] void fail(std::string message) const {
    throw SyntaxError{token_.offset, std::move(message)};
  }

  std::string unexpected() const {
    if (token_.kind == Token::Kind::end) return "the expression ends too early";
    if (token_.text == "'" || token_.text == "\"") {
      return "expressions have no texts; write the text in the SQL";
    }
    if (token_.text == "^")
      return "'^' is not an operator; write power(x, y), or # for exclusive or";
    if (token_.text == ":") return "the name of a variable must follow ':' at once";
    if (token_.text == "\\") return "'\\' continues a line only as its last character";
    if (token_.text == ";") return "meta commands end with the line, without ';'";
    return fmt::format("'{}' is not expected here", token_.text);
  }

  bool at_symbol(std::string_view symbol) const {
    return token_.kind == Token::Kind::symbol && token_.text == symbol;
  }
  bool at_word(std::string_view word) const {
    return token_.kind == Token::Kind::name && lower_case(token_.text) == word;
  }
  bool skip_word(std::string_view word) {
    if (!at_word(word)) return false;
    advance();
    return true;
  }
  void expect_symbol(std::string_view symbol) {
    if (!at_symbol(symbol)) fail(fmt::format("'{}' is missing; {}", symbol, unexpected()));
    advance();
  }
  void expect_word(std::string_view word) {
    if (!skip_word(lower_case(word))) fail(fmt::format("CASE needs {} here", word));
  }

  // Nodes. All of these return the index of the node that stands for what was parsed.

  std::size_t add(Node node) {
    constexpr std::size_t kDeepest = 200;
    std::size_t depth = 0;
    for (const std::size_t operand : node.operands) {
      depth = std::max(depth, depths_[operand] + 1);
    }
    if (depth > kDeepest) {
      throw SyntaxError{node.offset, "the expression is too deep; split it with several \\set"};
    }
    nodes_.push_back(std::move(node));
    depths_.push_back(depth);
    return nodes_.size() - 1;
  }

  std::size_t add_constant(Number value, std::size_t offset) {
    return add({.operation = Op::constant, .value = value, .offset = offset});
  }

  std::size_t expression(std::uint8_t level) {
    std::size_t left = operand();
    while (true) {
      if (level <= kIs && is_test(left)) continue;
      const BinaryOperator* const found = binary_operator();
      if (found == nullptr || found->level < level) return left;
      const std::size_t offset = token_.offset;
      advance();
      std::size_t right = expression(static_cast<std::uint8_t>(found->level + 1));
      if (found->swapped) std::swap(left, right);
      left = add({.operation = found->operation, .operands = {left, right}, .offset = offset});
      const BinaryOperator* const next = binary_operator();
      if (found->level == kCompare && next != nullptr && next->level == kCompare) {
        fail("comparisons do not chain; write a < b AND b < c");
      }
    }
  }

  const BinaryOperator* binary_operator() const {
    if (token_.kind != Token::Kind::symbol && token_.kind != Token::Kind::name) return nullptr;
    const auto* const found =
        std::ranges::find(kBinaryOperators, lower_case(token_.text), &BinaryOperator::symbol);
    return found == kBinaryOperators.end() ? nullptr : found;
  }

  /// IS [NOT] NULL | TRUE | FALSE, ISNULL, NOTNULL; true if there is one.
  bool is_test(std::size_t& left) {
    const std::size_t offset = token_.offset;
    bool negated = false;
    Op test = Op::is_null;
    if (skip_word("notnull")) {
      negated = true;
    } else if (skip_word("is")) {
      negated = skip_word("not");
      if (skip_word("true")) {
        test = Op::is_true;
      } else if (skip_word("false")) {
        test = Op::is_false;
      } else if (!skip_word("null")) {
        fail("NULL, TRUE or FALSE must follow IS");
      }
    } else if (!skip_word("isnull")) {
      return false;
    }
    left = add({.operation = test, .operands = {left}, .offset = offset});
    if (negated) left = add({.operation = Op::logical_not, .operands = {left}, .offset = offset});
    return true;
  }

  std::size_t operand() {
    constexpr std::size_t kDeepest = 200;
    if (nesting_ >= kDeepest) fail("the expression is too deep; split it with several \\set");
    ++nesting_;
    const std::size_t node = operand_inside();
    --nesting_;
    return node;
  }

  std::size_t operand_inside() {
    const Token token = token_;
    if (token.kind == Token::Kind::end) fail(unexpected());
    advance();
    switch (token.kind) {
      case Token::Kind::number: return number(token, false);
      case Token::Kind::variable:
        return add({.operation = Op::variable,
                    .slot = slots_(token.text, token.offset),
                    .offset = token.offset});
      case Token::Kind::name: return named(token);
      default: return signed_or_grouped(token);
    }
  }

  std::size_t signed_or_grouped(const Token& token) {
    if (token.text == "(") {
      const std::size_t inner = expression(kOr);
      expect_symbol(")");
      return inner;
    }
    if (token.text == "~") {
      return add(
          {.operation = Op::bit_not, .operands = {expression(kSum)}, .offset = token.offset});
    }
    if (token.text == "+") return expression(kSign);
    if (token.text == "-") {
      if (token_.kind == Token::Kind::number) {
        const Token digits = token_;
        advance();
        return number(digits, true);
      }
      return add(
          {.operation = Op::negate, .operands = {expression(kSign)}, .offset = token.offset});
    }
    token_ = token;
    fail(unexpected());
  }

  std::size_t number(const Token& token, bool negative) {
    const std::string text = (negative ? "-" : "") + std::string(token.text);
    const char* const end = text.data() + text.size();
    std::int64_t whole = 0;
    const auto [rest, error] = std::from_chars(text.data(), end, whole);
    if (rest == end && error == std::errc()) return add_constant(whole, token.offset);
    double real = 0;
    const auto [real_rest, real_error] = std::from_chars(text.data(), end, real);
    const bool is_real = token.text.find_first_of(".eE") != std::string_view::npos;
    if (real_rest != end || (!is_real && rest != end)) {
      throw SyntaxError{token.offset, fmt::format("'{}' is not a number", token.text)};
    }
    if (!is_real || real_error != std::errc()) {
      throw SyntaxError{token.offset, fmt::format("{} does not fit into 64 bits", token.text)};
    }
    return add_constant(real, token.offset);
  }

  std::size_t named(const Token& token) {
    const std::string name = lower_case(token.text);
    if (name == "null") return add_constant({}, token.offset);
    if (name == "true" || name == "false") return add_constant(name == "true", token.offset);
    if (name == "case") return case_when(token.offset);
    if (name == "not") {
      return add(
          {.operation = Op::logical_not, .operands = {expression(kNot)}, .offset = token.offset});
    }
    if (!at_symbol("(")) {
      throw SyntaxError{token.offset, fmt::format("'{}' is not expected here; a variable is "
                                                  "written :name, a function with ()",
                                                  token.text)};
    }
    return call(token, name);
  }

  std::size_t case_when(std::size_t offset) {
    Node node{.operation = Op::case_when, .offset = offset};
    if (!at_word("when")) fail("CASE needs WHEN here; CASE x WHEN .. is not supported");
    while (skip_word("when")) {
      node.operands.push_back(expression(kOr));
      expect_word("THEN");
      node.operands.push_back(expression(kOr));
    }
    node.operands.push_back(skip_word("else") ? expression(kOr) : add_constant({}, offset));
    expect_word("END");
    return add(std::move(node));
  }

  std::size_t call(const Token& token, const std::string& name) {
    std::vector<std::size_t> arguments;
    advance();
    while (!at_symbol(")")) {
      if (!arguments.empty()) expect_symbol(",");
      arguments.push_back(expression(kOr));
    }
    advance();
    const auto* const function = std::ranges::find(kFunctions, name, &Function::name);
    if (function == kFunctions.end()) return unknown_function(token);
    return add_call(*function, std::move(arguments), token);
  }

  std::size_t unknown_function(const Token& token) {
    std::array<std::string_view, kFunctions.size()> names;
    std::ranges::transform(kFunctions, names.begin(), &Function::name);
    has_wrong_call_ = true;
    source_.add_problem(token.offset, fmt::format("there is no function '{}'{}", token.text,
                                                  did_you_mean(token.text, names)));
    return add_constant({}, token.offset);
  }

  std::size_t add_call(const Function& function, std::vector<std::size_t> arguments,
                       const Token& token) {
    if (arguments.size() < function.least || arguments.size() > function.most) {
      has_wrong_call_ = true;
      source_.add_problem(token.offset, fmt::format("{} takes {} arguments, not {}", function.name,
                                                    arguments_text(function), arguments.size()));
      return add_constant({}, token.offset);
    }
    if (function.operation == Op::constant) {
      return add_constant(std::numbers::pi, token.offset);
    }
    const bool seeded = function.operation == Op::hash_murmur2 ||
                        function.operation == Op::hash_fnv1a || function.operation == Op::permute;
    if (seeded && arguments.size() < function.most) {
      arguments.push_back(add({.operation = Op::variable,
                               .slot = slots_("default_seed", token.offset),
                               .offset = token.offset}));
    }
    return add({.operation = function.operation,
                .operands = std::move(arguments),
                .offset = token.offset});
  }

  static std::string arguments_text(const Function& function) {
    if (function.most == kAny) return fmt::format("at least {}", function.least);
    if (function.least == function.most) return std::to_string(function.least);
    return fmt::format("{} or {}", function.least, function.most);
  }

  ExpressionLexer lexer_;
  const VariableSlots& slots_;
  ScriptText& source_;
  Token token_;
  std::vector<Node> nodes_;
  std::vector<std::size_t> depths_;
  std::size_t nesting_ = 0;
  bool has_wrong_call_ = false;
};

}  // namespace

std::optional<Expression> parse_expression(std::string_view text, std::size_t offset,
                                           const VariableSlots& slots, ScriptText& source) {
  Parser parser(text, offset, slots, source);
  try {
    std::vector<Node> nodes = parser.run();
    if (parser.has_wrong_call()) return std::nullopt;
    return Expression(std::move(nodes));
  } catch (const SyntaxError& error) {
    source.add_problem(error.offset, error.message);
    return std::nullopt;
  }
}

}  // namespace walbench::engine
