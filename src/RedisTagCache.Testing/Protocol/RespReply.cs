using System.Globalization;
using System.Text;

namespace RedisTagCache.Testing.Protocol;

/// <summary>A reply to a command, or a message. It is written in the version of the protocol that its receiver speaks.</summary>
internal sealed class RespReply
{
    public static readonly RespReply Ok = Status("OK");
    public static readonly RespReply Null = new(ReplyKind.Null);
    public static readonly RespReply EmptyArray = Array([]);

    private RespReply(ReplyKind kind) => Kind = kind;

    public ReplyKind Kind { get; }

    public byte[] Bytes { get; private init; } = [];

    public long Number { get; private init; }

    public double Score { get; private init; }

    /// <summary>Gets the items. Those of a map are its keys and values in turn.</summary>
    public IReadOnlyList<RespReply> Items { get; private init; } = [];

    public static RespReply Status(string text) => new(ReplyKind.Status) { Bytes = Encoding.UTF8.GetBytes(text) };

    /// <param name="text">The error, after its code.</param>
    public static RespReply Error(string text) => new(ReplyKind.Error) { Bytes = Encoding.UTF8.GetBytes(text.ReplaceLineEndings(" ")) };

    public static RespReply Integer(long number) => new(ReplyKind.Integer) { Number = number };

    public static RespReply Flag(bool value) => Integer(value ? 1 : 0);

    public static RespReply Double(double? score) => score is { } value ? new(ReplyKind.Double) { Score = value } : Null;

    public static RespReply Bulk(byte[]? bytes) => bytes is null ? Null : new(ReplyKind.Bulk) { Bytes = bytes };

    public static RespReply Bulk(string text) => Bulk(Encoding.UTF8.GetBytes(text));

    public static RespReply Array(IReadOnlyList<RespReply> items) => new(ReplyKind.Array) { Items = items };

    public static RespReply Map(IReadOnlyList<RespReply> items) => new(ReplyKind.Map) { Items = items };

    public static RespReply Push(IReadOnlyList<RespReply> items) => new(ReplyKind.Push) { Items = items };

    /// <summary>Returns a score in the shortest form that has its value.</summary>
    public static string Text(double score) =>
        double.IsPositiveInfinity(score) ? "inf"
        : double.IsNegativeInfinity(score) ? "-inf"
        : score == Math.Floor(score) && Math.Abs(score) < 1e17 ? ((long)score).ToString(CultureInfo.InvariantCulture)
        : score.ToString("R", CultureInfo.InvariantCulture);
}
