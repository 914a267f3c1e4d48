using RedisTagCache.HttpHistory.Application;
using RedisTagCache.HttpHistory.Clients;

namespace RedisTagCache.HttpHistory.Evictions;

/// <summary>One thing that a page shows, and all by which it can be evicted.</summary>
internal sealed class Target(PagePlan page, int resource, Evictable everything, Evictable whole, IReadOnlyList<Evictable> queries)
{
    public const int Queries = 3;

    public PagePlan Page => page;

    public int Resource => resource;

    public int ContentId => page.FirstResource + resource;

    public Evictable Everything => everything;

    /// <summary>The tag of all that the page shows.</summary>
    public Evictable Whole => whole;

    public Evictable Thing { get; } = new(page.Tag(resource));

    public Evictable Path { get; } = new(page.Path(resource));

    /// <summary>The tags of the values of the query.</summary>
    public IReadOnlyList<Evictable> OfQueries => queries;

    public static IReadOnlyList<Target> All(AppPlan plan)
    {
        var everything = new Evictable("*");
        List<Target> targets = [];
        foreach (var page in plan.Pages)
        {
            var whole = new Evictable(page.Name);
            var queries = Enumerable.Range(0, Queries).Select(query => new Evictable(page.QueryTemplate.Replace("{q}", FormattableString.Invariant($"{query}"), StringComparison.Ordinal))).ToArray();
            for (var resource = 0; resource < page.Resources; resource++)
                targets.Add(new Target(page, resource, everything, whole, queries));
        }

        return targets;
    }

    /// <summary>When the newest eviction began that a request which began at a moment has to respect.</summary>
    public long Floor(bool isSoft, Ask ask, long grace)
    {
        var floor = Log(everything).Floor(ask.Begin, ask.Instance, grace, 0);
        floor = Log(whole).Floor(ask.Begin, ask.Instance, grace, floor);
        floor = Log(Thing).Floor(ask.Begin, ask.Instance, grace, floor);
        if (ask.IsNaturalPath)
            floor = Log(Path).Floor(ask.Begin, ask.Instance, grace, floor);
        return page.VariesByQuery ? Log(queries[ask.Query]).Floor(ask.Begin, ask.Instance, grace, floor) : floor;

        EvictionLog Log(Evictable evictable) => isSoft ? evictable.Soft : evictable.Hard;
    }

    /// <summary>Describes the eviction that began at a moment.</summary>
    public string Describe(long start) => new[] { everything, whole, Thing, Path }.Concat(queries)
        .Select(evictable => evictable.Hard.Describe(start) ?? evictable.Soft.Describe(start)).FirstOrDefault(static how => how is not null) ?? "none";

    /// <summary>Until when the last eviction of it may have had its effect.</summary>
    public long LastEnd(bool isSoft, int query)
    {
        var last = Math.Max(Math.Max(Log(everything), Log(whole)), Math.Max(Log(Thing), Log(Path)));
        return page.VariesByQuery ? Math.Max(last, Log(queries[query])) : last;

        long Log(Evictable evictable) => (isSoft ? evictable.Soft : evictable.Hard).LastEnd;
    }
}
