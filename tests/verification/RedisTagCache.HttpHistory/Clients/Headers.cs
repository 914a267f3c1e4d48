using System.Buffers.Text;
using System.Text;
using RedisTagCache.HttpHistory.Application;

namespace RedisTagCache.HttpHistory.Clients;

/// <summary>Reads from the head of a response what is judged.</summary>
internal static class Headers
{
    public static void Parse(ReadOnlySpan<byte> head, Answer answer)
    {
        answer.Status = Utf8Parser.TryParse(head["HTTP/1.1 ".Length..], out int status, out _) ? status : 0;
        for (var line = head.IndexOf("\r\n"u8); line >= 0 && line + 2 < head.Length;)
        {
            head = head[(line + 2)..];
            line = head.IndexOf("\r\n"u8);
            var colon = head.IndexOf((byte)':');
            if (colon < 0 || line < 0)
                return;
            Take(head[..colon], head[(colon + 1)..line].Trim((byte)' '), answer);
        }
    }

    private static void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, Answer answer)
    {
        if (Ascii.EqualsIgnoreCase(name, "Content-Length"u8))
            answer.ContentLength = Utf8Parser.TryParse(value, out long length, out _) ? length : -1;
        else if (Ascii.EqualsIgnoreCase(name, "Transfer-Encoding"u8))
            answer.IsChunked = true;
        else if (Ascii.EqualsIgnoreCase(name, "Set-Cookie"u8))
            answer.SetsCookie = true;
        else if (Ascii.EqualsIgnoreCase(name, "X-Nonce"u8))
            answer.Nonce = Utf8Parser.TryParse(value, out long nonce, out _, 'x') ? nonce : -1;
        else if (Ascii.EqualsIgnoreCase(name, "ETag"u8))
            answer.Tag = Facts.TryParse(value.Trim((byte)'"'), out var facts) ? facts : null;
        else if (Ascii.EqualsIgnoreCase(name, "X-Cache"u8))
            answer.Cache = StatusOf(value);
    }

    private static CacheStatus StatusOf(ReadOnlySpan<byte> value) =>
        value.SequenceEqual("hit"u8) ? CacheStatus.Hit
            : value.SequenceEqual("miss"u8) ? CacheStatus.Miss
            : value.SequenceEqual("stale"u8) ? CacheStatus.Stale
            : value.SequenceEqual("bypass"u8) ? CacheStatus.Bypass
            : CacheStatus.Other;
}
