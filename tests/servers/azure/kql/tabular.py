"""Runs a query: each operator is a step from columns and rows to columns and rows. A row is a tuple in the order of the columns."""

import fnmatch
from operator import itemgetter

from . import summaries, syntax
from .scalar import Scope, refuse
from .syntax import Unreadable

# Microsoft's list for Resource Graph has no more of the kinds that Kusto knows; the others run only where the seed says that they may.
JOINS = ("innerunique", "inner", "leftouter", "fullouter")
MORE_JOINS = ("leftanti", "leftsemi")
EMPTY = {"string": ""}


class Query:
    """`tables` is asked for a table's name: its columns as (name, type), and a function that lists its rows; None if there is no such table."""

    def __init__(self, text, tables, is_lenient=False):
        self.tables, self.is_lenient = tables, is_lenient
        self.joins = self.expansions = 0
        # Whether rows come in one order only, and whether the query itself bounds their number.
        self.is_stable, self.is_limited = False, False
        # Of two queries that leave the order open, the second is free to see rows in another one.
        self.is_backward = False
        self.steps = syntax.whole(text)
        self.table = self.steps[0][1].lower()
        self.columns, self.run = self.pipeline(self.steps)

    def pipeline(self, steps):
        columns, source = self.step_table(steps[0][1])
        chain = []
        for name, *given in steps[1:]:
            columns, run = getattr(self, "step_" + name.replace("-", "_"))(columns, *given)
            chain.append(run)

        def run():
            rows = source()
            for one in chain:
                rows = one(rows)
            return rows

        return columns, run

    def step_table(self, name):
        found = self.tables(name.lower())
        if found is None:
            raise Unreadable(f"Table {name} is invalid, unsupported or disallowed", name, code="DisallowedLogicalTableName")
        columns, source = found
        return columns, lambda: source()[::-1] if self.is_backward else source()

    def step_where(self, columns, tree):
        scope = Scope(columns)
        run = scope.compile(f"lambda rows: [r for r in rows if {scope.boolean(tree, 'where')}]")
        return columns, run

    def computed(self, columns, named):
        """Code and names of listed expressions."""
        scope, found = Scope(columns), []
        for name, tree in named:
            code = scope.code(tree)
            if name is None:
                name = code.name or f"Column{len(found) + 1}"
            found.append((name, code))
        return scope, found

    def step_project(self, columns, named):
        scope, found = self.computed(columns, named)
        names = [name for name, _ in found]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            refuse(f"'project' operator: a column named '{twice}' already exists")
        run = scope.compile(f"lambda rows: [({', '.join(str(code) for _, code in found)},) for r in rows]")
        return [(name, code.kind) for name, code in found], run

    def step_extend(self, columns, named):
        # Each column is there for the next one; those of the same name are replaced where they stand.
        steps = []
        for one in named:
            scope, [(name, code)] = self.computed(columns, [one])
            parts = [f"r[{index}]" for index in range(len(columns))]
            if name in scope.at:
                parts[scope.at[name]] = str(code)
                columns = [(n, code.kind if n == name else kind) for n, kind in columns]
            else:
                parts.append(str(code))
                columns = [*columns, (name, code.kind)]
            steps.append(scope.compile(f"lambda rows: [({', '.join(parts)},) for r in rows]"))

        def run(rows):
            for step in steps:
                rows = step(rows)
            return rows

        return columns, run

    def step_project_away(self, columns, patterns):
        for pattern in patterns:
            if "*" not in pattern and pattern not in dict(columns):
                refuse(f"Failed to resolve scalar expression named '{pattern}'")
        kept = [index for index, (name, _) in enumerate(columns) if not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)]
        return [columns[index] for index in kept], lambda rows: [tuple([r[index] for index in kept]) for r in rows]

    def step_order(self, columns, keys):
        scope = Scope(columns)
        sorts = []
        for tree, is_up, is_first in keys:
            code = scope.code(tree)
            if code.kind == "dynamic":
                refuse("order: the key can't be of dynamic type. Use an explicit cast")
            # Sorting down turns everything round, so where nulls go is turned first.
            null = is_first == is_up
            key = f"lambda r: {code}"
            if code.kind != "string":
                key = f"lambda r: (lambda v: (v is {'not ' if null else ''}None, v if v is not None else 0))({code})"
            sorts.append((scope.compile(key), not is_up, code))
        whole = scope.compile(f"lambda rows: len(set([({', '.join(str(code) for _, _, code in sorts)},) for r in rows])) == len(rows)")

        def run(rows):
            for key, is_down, _ in reversed(sorts):
                rows = sorted(rows, key=key, reverse=is_down)
            self.is_stable = whole(rows)
            return rows

        return columns, run

    def step_top(self, columns, number, keys):
        columns, order = self.step_order(columns, keys)
        self.is_limited = True
        return columns, lambda rows: order(rows)[:number]

    def step_take(self, columns, number):
        self.is_limited = True
        return columns, lambda rows: rows[:number]

    def step_count(self, columns):
        return [("Count", "long")], lambda rows: [(len(rows),)]

    def step_distinct(self, columns, named):
        project = (lambda rows: rows) if named is None else None
        if named is not None:
            columns, project = self.step_project(columns, named)
        for name, kind in columns:
            if kind == "dynamic":
                refuse(f"'distinct' operator: '{name}' is of type dynamic. Use an explicit cast")
        return columns, self.unordered(lambda rows: list(dict.fromkeys(project(rows))))

    def unordered(self, run):
        def unordered(rows):
            self.is_stable = False
            return run(rows)

        return unordered

    def step_summarize(self, columns, named, by):
        scope, keys = self.computed(columns, by)
        for name, code in keys:
            if code.kind == "dynamic":
                refuse(f"Summarize group key '{name}' is of a 'dynamic' type. Please use an explicit cast as grouping by a 'dynamic' type is not supported")
        grouped = [(name, code.kind) for name, code in keys]
        reduced = [summaries.build(scope, name, tree) for name, tree in named]
        key = scope.compile(f"lambda r: ({''.join(f'{code}, ' for _, code in keys)})")

        def run(rows):
            groups = {}
            for r in rows:
                groups.setdefault(key(r), []).append(r)
            if not keys and not groups:
                groups[()] = []
            return [(*at, *[reduce(group) for _, _, reduce in reduced]) for at, group in groups.items()]

        return [*grouped, *[(name, kind) for name, kind, _ in reduced]], self.unordered(run)

    def step_join(self, columns, kind, right, pairs):
        self.joins += 1
        if self.joins > 3:
            raise Unreadable("The query has more than 3 join operators", "join", code="InvalidQuery")
        if kind not in JOINS + (MORE_JOINS if self.is_lenient else ()):
            raise Unreadable(f"Join kind {kind} is not supported", kind, code="InvalidQueryLanguage")
        limited = self.is_limited
        others, rows_of = self.pipeline(right)
        self.is_limited = limited
        left, other = Scope(columns), Scope(others)
        for here, there in pairs:
            for code in (left.code(("column", here)), other.code(("column", there))):
                if code.kind == "dynamic":
                    refuse(f"join key '{code.name}' is of a 'dynamic' type. Please use an explicit cast")
        here, there = itemgetter(*[left.at[a] for a, _ in pairs]), itemgetter(*[other.at[b] for _, b in pairs])
        none, nothing = (tuple(EMPTY.get(k) for _, k in side) for side in (columns, others))
        taken = {name for name, _ in columns}
        added = []
        for name, k in others:
            while name in taken:
                name += "1"
            taken.add(name)
            added.append((name, k))

        def run(rows):
            found = {}
            for row in rows_of():
                found.setdefault(there(row), []).append(row)
            if kind in MORE_JOINS:
                return [row for row in rows if (here(row) in found) == (kind == "leftsemi")]
            if kind == "innerunique":
                rows = list({here(row): row for row in reversed(rows)}.values())[::-1]
            if kind in ("leftouter", "fullouter"):
                joined = [row + one for row in rows for one in found.get(here(row), (nothing,))]
                used = {here(row) for row in rows}
                return joined + [none + one for at, ones in found.items() if kind == "fullouter" and at not in used for one in ones]
            return [row + one for row in rows for one in found.get(here(row), ())]

        return columns if kind in MORE_JOINS else [*columns, *added], self.unordered(run)

    def step_union(self, columns, legs):
        runs = [(columns, None)]
        columns = list(columns)
        for leg in legs:
            others, run = self.pipeline(leg)
            runs.append((others, run))
            columns += [column for column in others if column[0] not in dict(columns)]

        def fit(had, rows):
            at = {name: index for index, (name, _) in enumerate(had)}
            places = [(at.get(name), EMPTY.get(kind)) for name, kind in columns]
            return [tuple([empty if place is None else r[place] for place, empty in places]) for r in rows]

        def run(rows):
            found = fit(runs[0][0], rows)
            for had, leg in runs[1:]:
                found += fit(had, leg())
            return found

        return columns, self.unordered(run)

    def step_mv_expand(self, columns, expanded, shape, limit):
        self.expansions += 1
        if self.expansions > 3:
            raise Unreadable("The query has more than 3 mv-expand operators", "mv-expand", code="InvalidQuery")
        if len(expanded) != 1 or shape not in ("bag", "array"):
            raise Unreadable("InvalidQueryLanguage", "mv-expand", code="InvalidQueryLanguage")
        [(name, tree, kind)] = expanded
        scope, [(name, code)] = self.computed(columns, [(name, tree)])
        if code.kind != "dynamic":
            refuse(f"mv-expand: '{name}' is not of type dynamic")
        cast = scope.compile("lambda r: " + str(Scope([(name, "dynamic")])._call(f"to{kind}", [("column", name)]))) if kind else None
        value = scope.compile(f"lambda r: {code}")
        at = scope.at.get(name, len(columns))

        def parts(whole):
            if isinstance(whole, dict):
                whole = [{key: one} if shape == "bag" else [key, one] for key, one in whole.items()]
            elif not isinstance(whole, list):
                whole = [whole]
            return whole[:limit] or [None]

        def run(rows):
            return [(*r[:at], cast((part,)) if cast else part, *r[at + 1:]) for r in rows for part in parts(value(r))]

        return [*columns[:at], (name, kind or "dynamic"), *columns[at + 1:]], self.unordered(run)
