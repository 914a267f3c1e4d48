using System.Diagnostics;

namespace RedisTagCache.HttpHistory.Application;

/// <summary>What the pages of an application show: things with versions, shared by both instances as a database would be.</summary>
internal sealed class Content(int resources)
{
    private const int Remembered = 4_096;

    private readonly long[] _versions = new long[resources];
    private readonly long[] _ended = new long[resources];
    private readonly long[][] _times = [.. Enumerable.Range(0, resources).Select(_ => new long[Remembered])];

    /// <summary>When a handler last answered that there is no such thing.</summary>
    public long EndedAt(int resource) => Volatile.Read(ref _ended[resource]);

    public void End(int resource, long at) => Volatile.Write(ref _ended[resource], at);

    public long Read(int resource) => Volatile.Read(ref _versions[resource]);

    public void Change(int resource)
    {
        lock (_times[resource])
        {
            var version = _versions[resource] + 1;
            _times[resource][version % Remembered] = Stopwatch.GetTimestamp();
            Volatile.Write(ref _versions[resource], version);
        }
    }

    /// <summary>Whether a newer version than this was there before a moment.</summary>
    public bool WasChangedBefore(int resource, long version, long moment)
    {
        lock (_times[resource])
        {
            if (version >= _versions[resource])
                return false;
            var next = Math.Max(version + 1, _versions[resource] - Remembered + 1);
            return _times[resource][next % Remembered] < moment;
        }
    }
}
