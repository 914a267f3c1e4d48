namespace RedisTagCache.HttpHistory.Application;

/// <summary>A web application, generated at random from a seed.</summary>
internal sealed record AppPlan
{
    private static readonly int[] _sizes = [100, 100, 300, 300, 300, 1_000, 1_000, 1_000, 4_000, 4_000, 20_000, 64_000];
    private static readonly int[] _largeSizes = [256 * 1024, 1024 * 1024, 5 * 1024 * 1024, 10 * 1000 * 1000];
    private static readonly double[] _lifetimes = [2, 5, 30, 300];
    private static readonly double[] _windows = [0, 0, 5, 60];

    public required int Seed { get; init; }

    public required IReadOnlyList<PagePlan> Pages { get; init; }

    public required long LocalCacheBytes { get; init; }

    /// <summary>Whether pages are kept apart by host.</summary>
    public required bool VariesByHost { get; init; }

    /// <summary>Whether a base policy forbids local copies.</summary>
    public required bool BaseForbidsLocalCopies { get; init; }

    /// <summary>Whether a base policy varies all pages by the header of flavors.</summary>
    public required bool BaseVariesByFlavor { get; init; }

    /// <summary>What a refresh in the background has of the request that found the page stale.</summary>
    public required RefreshState Refreshes { get; init; }

    /// <summary>Whether pages are in the cache with a name, and not in the one without.</summary>
    public required bool HasNamedPageCache { get; init; }

    /// <summary>How far the clock of the second instance is ahead of the first one's.</summary>
    public required TimeSpan ClockOffset { get; init; }

    public int Resources => Pages[^1].FirstResource + Pages[^1].Resources;

    public static AppPlan Generate(int seed)
    {
        var random = new Random(seed);
        List<PagePlan> pages = [];
        var shapes = Enum.GetValues<PageShape>();
        var resources = 0;
        var window = 0;
        var count = shapes.Length + random.Next(4, 10);
        for (var id = 0; id < count; id++)
        {
            // Each shape once at least, and of two pages one with a window, so that no application is without what is to be tested.
            var page = NewPage(random, id, id < shapes.Length ? shapes[id] : shapes[random.Next(shapes.Length)], resources, window++ % 2 == 1);
            resources += page.Resources;
            pages.Add(page);
        }

        for (var i = 0; i < 2; i++, resources++)
        {
            pages.Add(new PagePlan
            {
                Id = count + i,
                Shape = i == 0 ? PageShape.Number : PageShape.Slug,
                Resources = 1,
                FirstResource = resources,
                Size = _largeSizes[i == 0 ? 2 + random.Next(2) : random.Next(_largeSizes.Length)],
                Lifetime = TimeSpan.FromSeconds(20),
                StaleWindow = TimeSpan.FromSeconds(_windows[random.Next(_windows.Length)]),
            });
        }

        return new AppPlan
        {
            Seed = seed,
            Pages = pages,
            LocalCacheBytes = random.Next(2) * 32L * 1024 * 1024,
            VariesByHost = random.Next(3) > 0,
            BaseForbidsLocalCopies = random.Next(3) == 0,
            BaseVariesByFlavor = random.Next(3) == 0,
            Refreshes = (RefreshState)random.Next(Enum.GetValues<RefreshState>().Length),
            ClockOffset = TimeSpan.FromMilliseconds(random.Next(3) == 0 ? 0 : random.Next(-900, 900)),
            HasNamedPageCache = random.Next(2) == 0,
        };
    }

    public override string ToString() => FormattableString.Invariant(
        $"{Pages.Count} pages, {LocalCacheBytes >> 20} MiB of local copies, clocks {ClockOffset.TotalMilliseconds:0} ms apart{(VariesByHost ? "" : ", one host for all")}{(BaseForbidsLocalCopies ? ", base policy without copies" : "")}{(BaseVariesByFlavor ? ", base policy by flavor" : "")}, refreshes {Refreshes}, pages in the {(HasNamedPageCache ? "named cache" : "cache without a name")}");

    private static PagePlan NewPage(Random random, int id, PageShape shape, int resources, bool hasWindow)
    {
        var habits = PageHabits.None;
        foreach (var habit in Enum.GetValues<PageHabits>())
        {
            if (random.Next(4) == 0)
                habits |= habit;
        }

        return new PagePlan
        {
            Id = id,
            Shape = shape,
            Resources = random.Next(2, 6),
            FirstResource = resources,
            Size = _sizes[random.Next(_sizes.Length)],
            Lifetime = TimeSpan.FromSeconds(_lifetimes[random.Next(_lifetimes.Length)]),
            StaleWindow = TimeSpan.FromSeconds(hasWindow ? _windows[random.Next(2, 4)] : 0),
            HasWindowAttribute = random.Next(3) == 0,
            HasTenants = random.Next(2) == 0,
            HasUsers = random.Next(3) == 0,
            VariesByFlavor = random.Next(3) == 0,
            VariesByQuery = random.Next(2) == 0,
            ShowsUpstream = random.Next(2) == 0,
            ForbidsLocalCopies = random.Next(4) == 0,
            ForbidsLocking = random.Next(8) == 0,
            Habits = habits,
        };
    }
}
