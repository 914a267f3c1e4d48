using System.Buffers.Text;
using System.Globalization;

namespace RedisTagCache.HttpHistory.Application;

/// <summary>What a rendering tells of itself, in its entity tag and at the begin of its body.</summary>
internal readonly record struct Facts
{
    public const int MaxLength = 320;
    private const int Count = 16;

    /// <summary>The number of the rendering, never used twice.</summary>
    public long Number { get; init; }

    /// <summary>The request that it was rendered for.</summary>
    public long By { get; init; }

    /// <summary>When it began.</summary>
    public long Start { get; init; }

    /// <summary>The version of what it shows.</summary>
    public long Version { get; init; }

    /// <summary>The version that middleware read before the cache.</summary>
    public long Upstream { get; init; }

    public long Nonce { get; init; }

    public int Page { get; init; }

    public int Resource { get; init; }

    public int Tenant { get; init; }

    public int User { get; init; }

    public int Host { get; init; }

    public int Flavor { get; init; }

    public int Query { get; init; }

    /// <summary>For how many milliseconds its handler waited before it answered.</summary>
    public int Took { get; init; }

    public int Length { get; init; }

    /// <summary>Whether it was rendered behind the request.</summary>
    public int IsRefresh { get; init; }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Number:x}.{By:x}.{Start:x}.{Version:x}.{Upstream:x}.{Nonce:x}.{Page:x}.{Resource:x}.{Tenant:x}.{User:x}.{Host:x}.{Flavor:x}.{Query:x}.{Took:x}.{Length:x}.{IsRefresh:x}");

    public static bool TryParse(ReadOnlySpan<byte> text, out Facts facts)
    {
        facts = default;
        Span<long> values = stackalloc long[Count];
        for (var i = 0; i < Count; i++)
        {
            if (!Utf8Parser.TryParse(text, out values[i], out var read, 'x'))
                return false;
            text = text[read..];
            if (i == Count - 1)
                break;
            if (text is not [(byte)'.', ..])
                return false;
            text = text[1..];
        }

        facts = new Facts
        {
            Number = values[0],
            By = values[1],
            Start = values[2],
            Version = values[3],
            Upstream = values[4],
            Nonce = values[5],
            Page = (int)values[6],
            Resource = (int)values[7],
            Tenant = (int)values[8],
            User = (int)values[9],
            Host = (int)values[10],
            Flavor = (int)values[11],
            Query = (int)values[12],
            Took = (int)values[13],
            Length = (int)values[14],
            IsRefresh = (int)values[15],
        };
        return text.IsEmpty;
    }
}
