#include "config/aliases.h"

#include <ranges>
#include <set>
#include <utility>

#include "base/text.h"

namespace config {

namespace {

// A walk in depth-first order with a stack of its own: a file can hold a chain of aliases longer than ours
// would last.
class Walk {
  public:
    explicit Walk(const Aliases& aliases) : aliases_(aliases) {}

    Expansion run(const std::vector<std::string>& names) {
        push(names);
        while (!steps_.empty()) {
            const auto [name, leaves] = steps_.back();
            steps_.pop_back();
            if (leaves) {
                open_.erase(name);
            } else {
                visit(name);
            }
        }
        return std::move(result_);
    }

  private:
    void push(const std::vector<std::string>& names) {
        for (const std::string& name : names | std::views::reverse) steps_.emplace_back(name, false);
    }
    void visit(const std::string& name) {
        if (open_.contains(name)) result_.cycles.push_back(name);
        if (!seen_.insert(name).second) return;  // what it stands for is in the result, or on its way there
        const auto alias = aliases_.find(name);
        if (alias == aliases_.end()) {
            result_.names.push_back(name);
            return;
        }
        open_.insert(name);
        steps_.emplace_back(name, true);
        push(alias->second);
    }

    const Aliases& aliases_;
    Expansion result_;
    std::vector<std::pair<std::string, bool>> steps_;  // what to visit, or (true) which alias ends here
    std::set<std::string> seen_;
    std::set<std::string> open_;
};

}  // namespace

Expansion expand_aliases(const std::vector<std::string>& names, const Aliases& aliases) {
    return Walk(aliases).run(names);
}

std::string cycle_message(const std::string& alias) {
    return "Circular aliases! Visited twice during alias expansion: '" + base::printable(alias) + "'";
}

}  // namespace config
