using System.Diagnostics;

namespace RedisTagCache.HttpHistory.Application;

/// <summary>A page in one spelling of its address, with one value of everything it varies by.</summary>
internal sealed class Variant(int id)
{
    private const int Few = 16;
    private static readonly long _past = 30 * Stopwatch.Frequency;

    private readonly List<(long Number, long Knows, long End)> _renderings = [];
    private Stored? _stored;
    private object? _lastTag;

    public int Id { get; } = id;

    /// <summary>The rendering that was stored last in a request, as far as it is known.</summary>
    public Stored? Stored
    {
        get => Volatile.Read(ref _stored);
        set => Volatile.Write(ref _stored, value);
    }

    /// <summary>The entity tag that a client got last, for conditional requests.</summary>
    public Facts? LastTag
    {
        get => (Facts?)Volatile.Read(ref _lastTag);
        set => Volatile.Write(ref _lastTag, value);
    }

    /// <summary>A rendering begins. Until when it can be stored is not known before it has ended.</summary>
    /// <param name="number">The rendering.</param>
    /// <param name="knows">Which evictions its instance knew when its request came.</param>
    /// <param name="end">When it will have been stored at the latest.</param>
    /// <param name="now">The time.</param>
    public void Begin(long number, long knows, long end, long now)
    {
        lock (_renderings)
        {
            // What ended well before the stored one began cannot have replaced it.
            if (_renderings.Count >= Few)
            {
                var from = Math.Min(now, Stored?.Start ?? now) - _past;
                _renderings.RemoveAll(rendering => rendering.End < from);
            }

            _renderings.Add((number, knows, end));
        }
    }

    /// <summary>The request of a rendering has ended: what it stored is stored.</summary>
    public void End(long number, long now)
    {
        lock (_renderings)
        {
            var at = _renderings.FindLastIndex(rendering => rendering.Number == number);
            if (at >= 0)
                _renderings[at] = _renderings[at] with { End = now };
        }
    }

    /// <summary>Whether the request of a rendering had not ended yet at a moment, so that others could wait for it.</summary>
    public bool IsUnderWay(long number, long at)
    {
        lock (_renderings)
            return _renderings.Exists(rendering => rendering.Number == number && rendering.End >= at);
    }

    /// <summary>Whether a rendering that counts as evicted may have replaced one that does not.</summary>
    /// <param name="stored">The one that does not.</param>
    /// <param name="evicted">When the last eviction ended.</param>
    /// <param name="own">A rendering that found the page missing, and so did not replace it.</param>
    public bool MayBeReplaced(Stored stored, long evicted, long own)
    {
        lock (_renderings)
            return _renderings.Exists(rendering => rendering.Number != stored.Number && rendering.Number != own && rendering.End > stored.Start && rendering.Knows <= evicted);
    }
}
