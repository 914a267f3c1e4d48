using System.Globalization;
using RedisTagCache.Benchmarks.Stores;

namespace RedisTagCache.Benchmarks.Processes;

/// <summary>What readers feel of evictions by another instance: after each of them the tag state catches up.</summary>
internal static class ReadsAmongEvictions
{
    public const string Quiet = "no evictions";
    public const string Busiest = "1000 evictions/s";
    public const string Name = "Get, 1 KB, 3 tags, 64 callers, among evictions";
    private const int Callers = 64;
    private static readonly int[] _rates = [0, 1, 100, 1_000];

    public static IEnumerable<Scenario> All => [Create()];

    private static Scenario Create()
    {
        var shape = new Shape(Size.Page, tags: 3);
        return new Scenario(Name, Callers, Quiet, lab =>
        {
            var evictor = new Lazy<ChildProcess>(() => lab.Own(ChildProcess.Start("evict", lab.ConnectionString)));
            return _rates.Select(rate => Enter(rate, new TagStore("", lab.Ours.Store), shape, evictor));
        })
        {
            Keys = shape.Keys.Length,
            Turn = TimeSpan.FromSeconds(1),
        };
    }

    private static Entrant Enter(int rate, TagStore store, Shape shape, Lazy<ChildProcess> evictor)
    {
        var name = rate == 0 ? Quiet : string.Create(CultureInfo.InvariantCulture, $"{rate} evictions/s");
        return new Entrant(name, store.Get(shape), PrepareAsync) { BeforeAsync = () => evictor.Value.AskAsync(rate.ToString(CultureInfo.InvariantCulture)) };

        async Task PrepareAsync()
        {
            await store.FillAsync(shape);
            if (rate == 0)
                await evictor.Value.ReadAsync();
        }
    }
}
