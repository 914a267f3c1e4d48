using RedisTagCache.Benchmarks.Stores;

namespace RedisTagCache.Benchmarks.Scenarios;

/// <summary>Gets and sets, with tags and without, of several sizes and by several callers.</summary>
internal static class ReadsAndWrites
{
    private const int Many = 64;

    public static IEnumerable<Scenario> All
    {
        get
        {
            foreach (var size in new[] { Size.Page, Size.Small, Size.Large, Size.Huge })
            {
                foreach (var tags in size == Size.Page ? new[] { 0, 3, 1, 10 } : [0, 3])
                {
                    foreach (var callers in size == Size.Page && tags is 0 or 3 ? new[] { Many, 1, 16 } : [Many])
                    {
                        yield return Get(size, tags, callers);
                        yield return Set(size, tags, callers);
                    }
                }
            }
        }
    }

    public static string GetName(int size, int tags, int callers) => Name("Get", size, tags, callers);

    public static string SetName(int size, int tags, int callers) => Name("Set", size, tags, callers);

    private static Scenario Get(int size, int tags, int callers) => Create(GetName(size, tags, callers), size, tags, callers, isGet: true);

    private static Scenario Set(int size, int tags, int callers) => Create(SetName(size, tags, callers), size, tags, callers, isGet: false);

    private static Scenario Create(string name, int size, int tags, int callers, bool isGet)
    {
        var shape = new Shape(size, tags);
        return new Scenario(name, callers, StoreNames.Bare, lab => lab.Stores
            .Where(store => tags == 0 ? store.IsPlain : store.HasTags)
            .Select(store => new Entrant(store.Name, isGet ? store.Get(shape) : store.Set(shape), () => store.FillAsync(shape))))
        {
            Keys = shape.Keys.Length,
        };
    }

    private static string Name(string what, int size, int tags, int callers)
    {
        var tagged = tags switch { 0 => "no tags", 1 => "1 tag", _ => $"{tags} tags" };
        return $"{what}, {Size.Text(size)}, {tagged}, {callers} {(callers == 1 ? "caller" : "callers")}";
    }
}
